package dev.lateen.install;

import java.util.List;

/** What was typed for a command. Where a file of the image is the command, the kernel puts its name before the words. */
final class ScriptWords {
    private ScriptWords() {}

    static List<String> of(String[] args) {
        List<String> all = List.of(args);
        return Boolean.getBoolean("lateen.script") && !all.isEmpty() ? all.subList(1, all.size()) : all;
    }
}
