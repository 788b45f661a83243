package dev.lateen.injector.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a function is given.
 *
 * @param function its name, for messages
 * @param values in order
 */
record Arguments(String function, List<@Nullable Object> values) {
    @Nullable
    Object at(int index) {
        if (index >= values.size()) {
            throw new TemplateException(function + ": " + values.size() + " arguments (expected: more)");
        }
        return values.get(index);
    }

    @Nullable
    Object last() {
        return at(Math.max(0, values.size() - 1));
    }

    String text(int index) {
        return Values.text(at(index));
    }

    int number(int index) {
        if (at(index) instanceof Number number) {
            return number.intValue();
        }
        throw new TemplateException(function + ": " + text(index) + " (expected: a number)");
    }

    /** Nothing is an empty one. */
    Map<String, @Nullable Object> object(int index) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        Object value = at(index);
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, item) -> object.put(String.valueOf(name), item));
        } else if (value != null) {
            throw new TemplateException(function + ": " + text(index) + " (expected: an object)");
        }
        return object;
    }

    /** Nothing is an empty one. */
    List<@Nullable Object> list(int index) {
        Object value = at(index);
        if (value == null) {
            return new ArrayList<>();
        }
        if (value instanceof Collection<?> list) {
            return new ArrayList<>(list);
        }
        throw new TemplateException(function + ": " + text(index) + " (expected: a list)");
    }
}
