package dev.lateen.proxy.message;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The headers of one message in their order of arrival: a flat array of name and value pairs, compared without regard to ASCII case
 * (RFC 9110 section 5.1). Names given to the lookup methods must be lower-case. Values may be any {@link CharSequence}, so a codec can put
 * views of its own buffer here. A linear scan beats a hash table at the ten to twenty headers a request has.
 *
 * <p>Not thread-safe: it belongs to the event loop of its connection.
 */
public final class HeaderMap {
    private @Nullable CharSequence[] pairs;
    private int size;

    /** An empty map with room for sixteen headers. */
    public HeaderMap() {
        this(16);
    }

    /** @param expected how many headers are expected; at least 1 */
    public HeaderMap(int expected) {
        pairs = new @Nullable CharSequence[2 * expected];
    }

    /** How many header lines there are; a repeated name counts each time. */
    public int size() {
        return size;
    }

    /** The name of line {@code index}, 0 to {@code size() - 1}, spelled as it came. */
    public CharSequence name(int index) {
        return at(2 * index);
    }

    /** The value of line {@code index}, 0 to {@code size() - 1}. */
    public CharSequence value(int index) {
        return at(2 * index + 1);
    }

    @SuppressWarnings("NullAway") // Null stands in the room that is left alone: from 2 * size on.
    private CharSequence at(int slot) {
        return pairs[slot];
    }

    /** The index of the first line with this name at or after {@code from}, or -1. */
    public int find(CharSequence lowerCaseName, int from) {
        int length = lowerCaseName.length();
        for (int i = from; i < size; i++) {
            CharSequence name = name(i);
            if (name.length() == length && sameIgnoringCase(name, lowerCaseName, length)) {
                return i;
            }
        }
        return -1;
    }

    /** The first value of this name, or null. */
    public @Nullable CharSequence get(CharSequence lowerCaseName) {
        int index = find(lowerCaseName, 0);
        return index < 0 ? null : value(index);
    }

    /** The first value of this name as a string, or null. */
    public @Nullable String getString(CharSequence lowerCaseName) {
        CharSequence value = get(lowerCaseName);
        return value == null ? null : value.toString();
    }

    /** All values of this name joined by a comma, as Envoy joins them before matching; null when there is none. */
    public @Nullable CharSequence getJoined(CharSequence lowerCaseName) {
        int index = find(lowerCaseName, 0);
        if (index < 0) {
            return null;
        }
        int next = find(lowerCaseName, index + 1);
        if (next < 0) {
            return value(index);
        }
        StringBuilder joined = new StringBuilder().append(value(index));
        for (; next >= 0; next = find(lowerCaseName, next + 1)) {
            joined.append(',').append(value(next));
        }
        return joined;
    }

    /** Whether any line has this name. */
    public boolean contains(CharSequence lowerCaseName) {
        return find(lowerCaseName, 0) >= 0;
    }

    /** Appends a line. */
    public void add(CharSequence name, CharSequence value) {
        if (2 * size == pairs.length) {
            pairs = Arrays.copyOf(pairs, Math.max(8, 4 * size));
        }
        pairs[2 * size] = name;
        pairs[2 * size + 1] = value;
        size++;
    }

    /** Leaves exactly one line of this name; it keeps the place of the first one. */
    public void set(CharSequence lowerCaseName, CharSequence value) {
        int index = find(lowerCaseName, 0);
        if (index < 0) {
            add(lowerCaseName, value);
            return;
        }
        pairs[2 * index + 1] = value;
        removeFrom(lowerCaseName, index + 1);
    }

    /** Removes every line of this name. @return whether there was one */
    public boolean remove(CharSequence lowerCaseName) {
        return removeFrom(lowerCaseName, 0);
    }

    /** Removes line {@code index}; later lines move up by one. */
    public void removeAt(int index) {
        System.arraycopy(pairs, 2 * index + 2, pairs, 2 * index, 2 * (size - index - 1));
        size--;
        pairs[2 * size] = null;
        pairs[2 * size + 1] = null;
    }

    /** Removes all lines and keeps the room. */
    public void clear() {
        Arrays.fill(pairs, 0, 2 * size, null);
        size = 0;
    }

    /** A copy that shares the values and not the lines. */
    public HeaderMap copy() {
        HeaderMap copy = new HeaderMap(Math.max(1, size + 4));
        System.arraycopy(pairs, 0, copy.pairs, 0, 2 * size);
        copy.size = size;
        return copy;
    }

    private boolean removeFrom(CharSequence lowerCaseName, int from) {
        int index = find(lowerCaseName, from);
        if (index < 0) {
            return false;
        }
        for (; index >= 0; index = find(lowerCaseName, index)) {
            removeAt(index);
        }
        return true;
    }

    private static boolean sameIgnoringCase(CharSequence name, CharSequence lowerCaseName, int length) {
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                c = (char) (c | 0x20);
            }
            if (c != lowerCaseName.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i++) {
            text.append(name(i)).append(": ").append(value(i)).append('\n');
        }
        return text.toString();
    }
}
