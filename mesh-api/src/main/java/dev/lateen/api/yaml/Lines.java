package dev.lateen.api.yaml;

import java.util.Arrays;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** On which line each member of each list and map stands. Kept beside the tree, for its nodes have no place for it. */
final class Lines {
    private final IdentityHashMap<JsonNode, Rows> rows = new IdentityHashMap<>();

    /** Notes where {@code container} begins. */
    void begin(JsonNode container, int line) {
        rows.put(container, new Rows(line));
    }

    /** Notes where the next member of {@code container} stands. */
    void member(JsonNode container, int line) {
        Rows of = rows.get(container);
        if (of != null) {
            of.add(line);
        }
    }

    /** The line of the whole; 0 if it is not known. */
    int of(JsonNode container) {
        Rows found = rows.get(container);
        return found == null ? 0 : found.start;
    }

    /** The line of a field, or of the whole if the field is not there. */
    int of(JsonNode container, String field) {
        int index = 0;
        for (String name : container.propertyNames()) {
            if (name.equals(field)) {
                return of(container, index);
            }
            index++;
        }
        return of(container);
    }

    /** The line of a member, or of the whole if the member is not there. */
    int of(JsonNode container, int index) {
        @Nullable Rows found = rows.get(container);
        if (found == null) {
            return 0;
        }
        return index < found.count ? found.members[index] : found.start;
    }

    private static final class Rows {
        private final int start;
        private int[] members = new int[4];
        private int count;

        Rows(int start) {
            this.start = start;
        }

        void add(int line) {
            if (count == members.length) {
                members = Arrays.copyOf(members, count * 2);
            }
            members[count++] = line;
        }
    }
}
