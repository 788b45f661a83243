package dev.lateen.proxy.xds;

import com.google.protobuf.ByteString;
import dev.lateen.proxy.xds.ProtoSchema.Field;
import dev.lateen.proxy.xds.ProtoSchema.Kind;
import dev.lateen.proxy.xds.ProtoSchema.MessageType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One decoded message: a tree that knows its place, so that an error can name its field, and which fields were asked for, so that what
 * nobody understood can be named too. Fields are named as in the proto. Asking for a field that the message does not have is a
 * programming error. Not safe for threads; lives only while a resource is decoded.
 */
final class ProtoNode {
    private static final String ANY = "google.protobuf.Any";

    /** Each Any begins a message of its own, so the readers' limit alone would not bound how deep a resource is. */
    private static final int MAX_DEPTH = 400;

    private static final int MAX_FIELD_NUMBER = 1000;

    private final MessageType type;
    private final @Nullable ProtoNode parent;
    private final String segment;
    private final int depth;
    private final @Nullable Object[] values;
    private final BitSet read = new BitSet();
    private final BitSet ignored = new BitSet();
    private @Nullable BitSet unknown;
    private boolean passedOver;
    private @Nullable Map<String, Object> anyJson;
    private @Nullable ProtoNode unpacked;

    ProtoNode(MessageType type, @Nullable ProtoNode parent, String segment) {
        this.type = type;
        this.parent = parent;
        this.segment = segment;
        this.depth = parent == null ? 0 : parent.depth + 1;
        this.values = new @Nullable Object[type.fields.size()];
    }

    MessageType type() {
        return type;
    }

    /** Where this node stands in its resource, such as {@code filter_chains[0].filters[1]}. */
    String path() {
        if (parent == null) {
            return segment;
        }
        String before = parent.path();
        return before.isEmpty() || segment.isEmpty() ? before + segment : before + "." + segment;
    }

    String path(String field) {
        String own = path();
        return own.isEmpty() ? field : own + "." + field;
    }

    /** An error at one of this node's fields. */
    ConfigException error(String field, String problem) {
        return new ConfigException(path(field), problem);
    }

    /** An error for something that Envoy takes and this proxy can't do. */
    ConfigException beyondUs(String field, String problem) {
        return ConfigException.beyondUs(path(field), problem);
    }

    /** An error for a value that is understood and not supported. */
    ConfigException unsupported(String field, String found, String accepted) {
        return error(field, found + " (accepted: " + accepted + ")");
    }

    @Nullable
    Object raw(Field field) {
        return values[field.index()];
    }

    /** Takes note of a field that the schema does not have: of a newer Envoy's, such as 5 of a policy. */
    void unknown(int number) {
        // Far more numbers than any message has: whoever sends such is told of the last one only.
        BitSet numbers = unknown == null ? new BitSet() : unknown;
        numbers.set(Math.min(number, MAX_FIELD_NUMBER));
        unknown = numbers;
    }

    void set(Field field, @Nullable Object value) {
        values[field.index()] = value;
    }

    /** The other member of this field's oneof that is already set, or null. */
    @Nullable
    Field setInSameOneof(Field field) {
        if (field.oneof().isEmpty()) {
            return null;
        }
        for (Field other : type.fields) {
            if (other.index() != field.index()
                    && other.oneof().equals(field.oneof())
                    && values[other.index()] != null) {
                return other;
            }
        }
        return null;
    }

    boolean has(String field) {
        return values[read(field).index()] != null;
    }

    /** Marks fields as harmless: nothing here needs them. */
    ProtoNode ignoring(String... fields) {
        for (String field : fields) {
            ignored.set(read(field).index());
        }
        return this;
    }

    String text(String field) {
        return values[check(field, Kind.STRING).index()] instanceof String text ? text : "";
    }

    /** A string that must not be empty. */
    String required(String field) {
        String text = text(field);
        if (text.isEmpty()) {
            throw error(field, "missing or empty (accepted: a non-empty string)");
        }
        return text;
    }

    boolean flag(String field) {
        return values[check(field, Kind.BOOL).index()] instanceof Boolean flag && flag;
    }

    long number(String field) {
        return values[read(field).index()] instanceof Number number ? number.longValue() : 0;
    }

    double decimal(String field) {
        return values[read(field).index()] instanceof Number number ? number.doubleValue() : 0;
    }

    ByteString bytes(String field) {
        return values[check(field, Kind.BYTES).index()] instanceof ByteString bytes ? bytes : ByteString.EMPTY;
    }

    /** The name of an enumeration's value; the first one's when not set. A number without a name, which a newer Envoy may have, is an error. */
    String choice(String field) {
        Field found = check(field, Kind.ENUM);
        return name(field, found, values[found.index()] instanceof Integer number ? number : 0);
    }

    /** The names of a repeated enumeration's values. */
    List<String> choices(String field) {
        Field found = check(field, Kind.ENUM);
        return numbers(field).stream()
                .map(number -> name(field, found, number.intValue()))
                .toList();
    }

    private String name(String field, Field found, int number) {
        ProtoSchema.EnumType type = ProtoSchema.ENVOY.enumeration(found.typeName());
        return type.name(number).orElseThrow(() -> beyondUs(field, "number " + number + type.accepted()));
    }

    @Nullable
    ProtoNode message(String field) {
        return (ProtoNode) values[check(field, Kind.MESSAGE).index()];
    }

    ProtoNode requiredMessage(String field) {
        ProtoNode node = message(field);
        if (node == null) {
            throw error(field, "missing (accepted: a " + read(field).typeName() + ")");
        }
        return node;
    }

    /** The message, or an empty one in its place. */
    ProtoNode messageOrEmpty(String field) {
        ProtoNode node = message(field);
        return node != null
                ? node
                : new ProtoNode(ProtoSchema.ENVOY.message(read(field).typeName()), this, field);
    }

    @SuppressWarnings("unchecked") // the readers put a list of the field's kind there
    List<ProtoNode> messages(String field) {
        List<ProtoNode> list =
                (List<ProtoNode>) values[check(field, Kind.MESSAGE).index()];
        return list == null ? List.of() : list;
    }

    @SuppressWarnings("unchecked") // as above
    List<String> texts(String field) {
        List<String> list = (List<String>) values[check(field, Kind.STRING).index()];
        return list == null ? List.of() : list;
    }

    @SuppressWarnings("unchecked") // as above
    List<Number> numbers(String field) {
        List<Number> list = (List<Number>) values[read(field).index()];
        return list == null ? List.of() : list;
    }

    /** A map from string to message. */
    @SuppressWarnings("unchecked") // as above
    Map<String, ProtoNode> map(String field) {
        Map<String, ProtoNode> map =
                (Map<String, ProtoNode>) values[check(field, Kind.MESSAGE).index()];
        return map == null ? Map.of() : map;
    }

    /** A map from string to string. */
    @SuppressWarnings("unchecked") // as above
    Map<String, String> textMap(String field) {
        Map<String, String> map =
                (Map<String, String>) values[check(field, Kind.STRING).index()];
        return map == null ? Map.of() : map;
    }

    /** A {@code google.protobuf.BoolValue}. */
    boolean wrappedFlag(String field, boolean otherwise) {
        ProtoNode wrapper = message(field);
        return wrapper == null ? otherwise : wrapper.flag("value");
    }

    /** A wrapped number. */
    long wrapped(String field, long otherwise) {
        ProtoNode wrapper = message(field);
        return wrapper == null ? otherwise : wrapper.number("value");
    }

    /** A {@code google.protobuf.Duration}; negative ones are refused. */
    Duration duration(String field, Duration otherwise) {
        ProtoNode node = message(field);
        if (node == null) {
            return otherwise;
        }
        long nanos = node.number("nanos");
        long seconds = node.number("seconds");
        if (seconds < 0 || nanos < 0 || nanos > 999_999_999 || seconds > 315_576_000_000L) {
            throw error(field, seconds + "s " + nanos + "ns (accepted: 0 to 315576000000s)");
        }
        return Duration.ofSeconds(seconds, nanos);
    }

    @Nullable
    Duration durationOrNull(String field) {
        return has(field) ? duration(field, Duration.ZERO) : null;
    }

    // ---- google.protobuf.Any
    // -------------------------------------------------------------------------------------------------------

    /** For an Any read from JSON: what stood beside {@code @type}. */
    void anyJson(Map<String, Object> json) {
        anyJson = json;
    }

    /** The full name of an Any's message; a TypedStruct counts as what it stands for. */
    String anyType() {
        return AnyMessages.typeOf(this);
    }

    /** Whether the schema knows an Any's message. */
    boolean anyKnown() {
        return ProtoSchema.ENVOY.find(anyType()) != null;
    }

    /** An Any's message. */
    ProtoNode unpack() {
        if (unpacked == null) {
            if (depth > MAX_DEPTH) {
                throw new ConfigException(path(), "nested deeper than " + MAX_DEPTH);
            }
            unpacked = AnyMessages.unpack(this);
        }
        return unpacked;
    }

    /** For an Any read from JSON, what stood there; null for one from the wire. */
    @Nullable
    Map<String, Object> unreadJson() {
        return anyJson;
    }

    // ---- what was not understood
    // ---------------------------------------------------------------------------------------------------

    /** Nothing of this node counts as unread: it was told as a whole, or makes no difference. */
    ProtoNode passOver() {
        passedOver = true;
        return this;
    }

    /** Refuses a message of which anything was not understood. @throws ConfigException naming the first such field */
    void requireAllRead() {
        unread(unread -> {
            throw ConfigException.beyondUs(unread.path(), "not supported by this proxy (accepted: leave it out)");
        });
    }

    /** Tells the path of every field that is set and was never asked for, and goes into those that were. */
    void unread(Consumer<ProtoNode.Unread> report) {
        uses((field, use) -> {
            if (use == Use.UNREAD) {
                report.accept(field);
            }
        });
    }

    /** What became of a field that is set. */
    enum Use {
        READ,
        IGNORED,
        UNREAD
    }

    /** Tells what became of every field that is set, but for what lies below one that was not read. */
    void uses(BiConsumer<ProtoNode.Unread, Use> report) {
        if (passedOver) {
            return;
        }
        for (Field field : isAny() ? List.<Field>of() : type.fields) {
            Object value = values[field.index()];
            if (value == null) {
                continue;
            }
            Use use = ignored.get(field.index()) ? Use.IGNORED : read.get(field.index()) ? Use.READ : Use.UNREAD;
            report.accept(new Unread(type.fullName, field.name(), path(field.name())), use);
            if (use == Use.READ) {
                descend(value, report);
            }
        }
        if (unknown != null) {
            unknown.stream()
                    .mapToObj(number -> "field number " + number)
                    .forEach(field -> report.accept(new Unread(type.fullName, field, path(field)), Use.UNREAD));
        }
        if (unpacked != null) {
            unpacked.uses(report);
        }
    }

    private static void descend(Object value, BiConsumer<ProtoNode.Unread, Use> report) {
        switch (value) {
            case ProtoNode node -> node.uses(report);
            case List<?> list -> list.forEach(item -> descend(item, report));
            case Map<?, ?> map -> map.values().forEach(item -> descend(item, report));
            default -> {}
        }
    }

    /** A field that is set. */
    record Unread(String message, String field, String path) {}

    private Field read(String field) {
        Field found = type.byName(field);
        if (found == null) {
            throw new IllegalStateException(type.fullName + " has no field " + field);
        }
        read.set(found.index());
        return found;
    }

    private Field check(String field, Kind kind) {
        Field found = read(field);
        if (found.kind() != kind) {
            throw new IllegalStateException(type.fullName + "." + field + " is " + found.kind() + ", not " + kind);
        }
        return found;
    }

    /** For lists in the making. */
    @SuppressWarnings("unchecked") // only lists are put into repeated fields
    List<Object> listFor(Field field) {
        List<Object> list = (List<Object>) values[field.index()];
        if (list == null) {
            list = new ArrayList<>();
            values[field.index()] = list;
        }
        return list;
    }

    boolean isAny() {
        return type.fullName.equals(ANY);
    }
}
