package dev.lateen.proxy.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of {@code json_format}: what an access log in JSON is made of. */
public sealed interface JsonFormat {
    /** A text with command operators; one operator alone keeps its type. */
    record Text(String format) implements JsonFormat {}

    /** A number, a boolean or null, as it stands. */
    record Constant(@Nullable Object value) implements JsonFormat {}

    /** An object, in the order of its keys. */
    record Fields(Map<String, JsonFormat> fields) implements JsonFormat {
        public Fields {
            fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        }
    }

    /** A list. */
    record Items(List<JsonFormat> items) implements JsonFormat {
        public Items {
            items = List.copyOf(items);
        }
    }

    /** Of maps, lists, texts, numbers, booleans and null. */
    static JsonFormat of(@Nullable Object plain) {
        return switch (plain) {
            case String text -> new Text(text);
            case Map<?, ?> map -> {
                Map<String, JsonFormat> fields = new LinkedHashMap<>();
                map.forEach((key, value) -> fields.put(String.valueOf(key), of(value)));
                yield new Fields(fields);
            }
            case List<?> list -> {
                List<JsonFormat> items = new ArrayList<>();
                list.forEach(item -> items.add(of(item)));
                yield new Items(items);
            }
            case null, default -> new Constant(plain);
        };
    }
}
