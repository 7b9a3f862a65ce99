import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.h2.mvstore.MVMap;

/**
 * The keys of a map between two bounds (null = none), upwards or downwards. Finds its place anew every few hundred keys,
 * so that an open cursor pins no old version of the store.
 */
final class KeyRange implements Iterator<Object> {
    private static final int AT_ONCE = 256;

    private final MVMap<Object, ?> map;
    private final Object low;
    private final Object high;
    private final boolean reverse;
    private final Queue<Object> ahead = new ArrayDeque<>();
    private Object last;
    private boolean started;
    private boolean ended;

    KeyRange(MVMap<Object, ?> map, Object low, Object high, boolean reverse) {
        this.map = map;
        this.low = low;
        this.high = high;
        this.reverse = reverse;
    }

    @Override
    public boolean hasNext() {
        if (ahead.isEmpty() && !ended) readAhead();
        return !ahead.isEmpty();
    }

    @Override
    public Object next() {
        if (!hasNext()) throw new NoSuchElementException();
        return ahead.poll();
    }

    private void readAhead() {
        Object from = place();
        // Upwards, null is the very beginning; downwards, or further on, it is the end.
        if (from == null && (started || reverse)) {
            ended = true;
            return;
        }
        started = true;
        Iterator<Object> keys = reverse ? map.keyIteratorReverse(from) : map.keyIterator(from);
        while (keys.hasNext() && ahead.size() < AT_ONCE) {
            Object key = keys.next();
            if (isBeyond(key)) {
                ended = true;
                return;
            }
            last = key;
            ahead.add(key);
        }
        if (ahead.size() < AT_ONCE) ended = true;
    }

    private Object place() {
        if (started) return reverse ? map.lowerKey(last) : map.higherKey(last);
        if (!reverse) return low;
        return high == null ? map.lastKey() : high;
    }

    private boolean isBeyond(Object key) {
        if (reverse) return low != null && BsonOrder.compare(key, low) < 0;
        return high != null && BsonOrder.compare(key, high) > 0;
    }
}
