package dev.lateen.proxy.xds.snapshot;

import dev.lateen.proxy.xds.decode.ResourceType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Responses that are not answered yet, in the order in which they came: an answer says what became of a response in the data path, so it waits
 * for that. Those of one type are answered in order. Decides only; used by one thread at a time.
 *
 * @param <T> a response with what is to be done when it may be answered
 */
final class UnansweredResponses<T> {
    /** Of more the oldest is answered whatever it waits for. */
    private static final int MOST = 16;

    private final Map<ResourceType, List<T>> byType = new EnumMap<>(ResourceType.class);

    void add(ResourceType type, T response) {
        byType.computeIfAbsent(type, _ -> new ArrayList<>()).add(response);
    }

    /**
     * Takes those out that may be answered once the newest snapshot is in force.
     *
     * @param waits whether something of a response waits for something else
     */
    List<T> ready(Predicate<T> waits) {
        List<T> ready = new ArrayList<>();
        for (List<T> open : byType.values()) {
            while (!open.isEmpty() && (open.size() > MOST || !waits.test(open.getFirst()))) {
                ready.add(open.removeFirst());
            }
        }
        return ready;
    }
}
