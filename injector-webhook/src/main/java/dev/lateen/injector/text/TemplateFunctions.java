package dev.lateen.injector.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The functions that templates may call. Pure. */
final class TemplateFunctions {
    /** A function. */
    @FunctionalInterface
    interface Function {
        @Nullable
        Object call(Arguments arguments);
    }

    private static final Map<String, Function> ALL = all();

    private TemplateFunctions() {}

    private static Map<String, Function> all() {
        Map<String, Function> all = new HashMap<>();
        LogicFunctions.addTo(all);
        TextFunctions.addTo(all);
        ObjectFunctions.addTo(all);
        PodFunctions.addTo(all);
        return Map.copyOf(all);
    }

    static boolean isKnown(String name) {
        return ALL.containsKey(name);
    }

    static String names() {
        return String.join(", ", new TreeSet<>(ALL.keySet()));
    }

    static @Nullable Object call(String name, List<@Nullable Object> arguments) {
        Function function = ALL.get(name);
        if (function == null) {
            throw new TemplateException("function " + name + " is not understood");
        }
        return function.call(new Arguments(name, arguments));
    }
}
