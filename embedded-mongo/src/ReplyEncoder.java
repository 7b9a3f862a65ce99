import de.bwaldvogel.mongo.wire.MongoWireMessageEncoder;
import de.bwaldvogel.mongo.wire.OpCode;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToByteEncoder;

/** Replies as {@link BsonWriter} writes them. */
final class ReplyEncoder extends MessageToByteEncoder<MongoMessage> {
    private static final int HEADER = 21;

    /** The library lays the pipeline of a connection itself, so this takes the place of its own encoder. */
    static void install(Channel channel) {
        if (channel.pipeline().get(MongoWireMessageEncoder.class) == null) return;
        channel.pipeline().replace(MongoWireMessageEncoder.class, "replies", new ReplyEncoder());
    }

    @Override
    protected void encode(ChannelHandlerContext context, MongoMessage message, ByteBuf out) {
        BsonWriter written = written(context, message);
        out.ensureWritable(HEADER + written.length());
        out.writeIntLE(HEADER + written.length());
        out.writeIntLE(message.getHeader().getRequestID());
        out.writeIntLE(message.getHeader().getResponseTo());
        out.writeIntLE(OpCode.OP_MSG.getId());
        out.writeIntLE(message.getFlags());
        out.writeByte(MongoMessage.SECTION_KIND_BODY);
        out.writeBytes(written.bytes(), 0, written.length());
    }

    /** Nobody is left waiting for a reply that cannot be written. */
    private static BsonWriter written(ChannelHandlerContext context, MongoMessage message) {
        try {
            return BsonWriter.write(message.getDocument(), 1024);
        } catch (RuntimeException failure) {
            System.err.println("embedded-mongo: a reply could not be written: " + failure);
            context.close();
            throw failure;
        }
    }
}
