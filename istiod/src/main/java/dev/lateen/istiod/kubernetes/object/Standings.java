package dev.lateen.istiod.kubernetes.object;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads back what stands in an object's {@code status}. What isn't of our making comes out as another word than ours. */
public final class Standings {
    private Standings() {}

    /** What stands there; null if nothing of the kind. */
    public static Word.@Nullable Standing read(@Nullable Object status) {
        if (!(status instanceof Map<?, ?> map) || map.isEmpty()) {
            return null;
        }
        List<Word.Condition> conditions = new ArrayList<>();
        Map<String, String> since = new HashMap<>();
        for (Map<?, ?> one : maps(map.get("conditions"))) {
            String type = text(one, "type");
            conditions.add(new Word.Condition(
                    type, "True".equals(text(one, "status")), text(one, "reason"), text(one, "message")));
            since.put(type, text(one, "lastTransitionTime"));
        }
        List<Word.Message> messages = new ArrayList<>();
        for (Map<?, ?> one : maps(map.get("validationMessages"))) {
            Map<?, ?> type = one.get("type") instanceof Map<?, ?> found ? found : Map.of();
            messages.add(new Word.Message(text(one, "level"), text(type, "code"), text(type, "name")));
        }
        Map<String, String> addresses = new HashMap<>();
        for (Map<?, ?> one : maps(map.get("addresses"))) {
            addresses.put(text(one, "host"), text(one, "value"));
        }
        long generation = map.get("observedGeneration") instanceof Number number ? number.longValue() : 0;
        return new Word.Standing(new Word(generation, conditions, messages, addresses), Map.copyOf(since));
    }

    private static List<Map<?, ?>> maps(@Nullable Object list) {
        List<Map<?, ?>> maps = new ArrayList<>();
        if (list instanceof List<?> items) {
            for (Object item : items) {
                if (item instanceof Map<?, ?> map) {
                    maps.add(map);
                }
            }
        }
        return maps;
    }

    private static String text(Map<?, ?> map, String key) {
        return map.get(key) instanceof String text ? text : "";
    }
}
