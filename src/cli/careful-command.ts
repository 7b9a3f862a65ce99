// commander's commands, with one difference: an option that is given twice is not decided by the last one in silence. It gathers its values
// where it says so, and is refused elsewhere.

import { Command, type Option } from 'commander';

export class CarefulCommand extends Command {
  override createCommand(name?: string): CarefulCommand {
    return new CarefulCommand(name);
  }

  override addOption(option: Option): this {
    super.addOption(option);
    if (mayRepeat(option)) return this;
    let isGiven = false;
    return this.on(`option:${option.name()}`, () => {
      if (isGiven) this.error(`option '${option.flags}' was given twice; give it once`);
      isGiven = true;
    });
  }
}

function mayRepeat(option: Option): boolean {
  const isSwitch = !option.required && !option.optional;
  return isSwitch || option.variadic || option.parseArg === gather;
}

/** Of an option that may be repeated. */
export function gather(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
