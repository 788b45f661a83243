package dev.lateen.injector.text;

import dev.lateen.injector.text.TemplateFunctions.Function;
import java.util.Collection;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** TemplateFunctions that choose and compare. */
final class LogicFunctions {
    private LogicFunctions() {}

    static void addTo(Map<String, Function> all) {
        all.put("and", Arguments::last);
        all.put("or", Arguments::last);
        all.put("not", given -> !Values.isTrue(given.at(0)));
        all.put("eq", LogicFunctions::isAnyOf);
        all.put("ne", given -> !Values.isSame(given.at(0), given.at(1)));
        all.put("lt", given -> compared(given, order -> order < 0));
        all.put("le", given -> compared(given, order -> order <= 0));
        all.put("gt", given -> compared(given, order -> order > 0));
        all.put("ge", given -> compared(given, order -> order >= 0));
        all.put("len", given -> length(given));
        all.put("empty", given -> !Values.isTrue(given.at(0)));
        all.put("default", given -> Values.isTrue(given.last()) ? given.last() : given.at(0));
        all.put("coalesce", LogicFunctions::firstTrue);
        all.put("ternary", given -> Values.isTrue(given.at(2)) ? given.at(0) : given.at(1));
        all.put("valueOrDefault", given -> given.at(0) == null || "".equals(given.at(0)) ? given.at(1) : given.at(0));
    }

    private static boolean isAnyOf(Arguments given) {
        for (int i = 1; i < given.values().size(); i++) {
            if (Values.isSame(given.at(0), given.at(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean compared(Arguments given, IntPredicate holds) {
        Object one = given.at(0);
        Object other = given.at(1);
        int order = one instanceof Number first && other instanceof Number second
                ? Double.compare(first.doubleValue(), second.doubleValue())
                : given.text(0).compareTo(given.text(1));
        return holds.test(order);
    }

    private static long length(Arguments given) {
        return switch (given.at(0)) {
            case null -> 0;
            case Collection<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Object other -> Values.text(other).length();
        };
    }

    private static @Nullable Object firstTrue(Arguments given) {
        for (Object value : given.values()) {
            if (Values.isTrue(value)) {
                return value;
            }
        }
        return null;
    }
}
