package dev.lateen.proxy.xds.proto;

import com.google.protobuf.ByteString;
import dev.lateen.proxy.xds.proto.ProtoSchema.Field;
import dev.lateen.proxy.xds.proto.ProtoSchema.Kind;
import dev.lateen.proxy.xds.proto.ProtoSchema.MessageType;
import java.time.Duration;
import java.util.ArrayList;
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
public final class ProtoNode {
    private static final String ANY = "google.protobuf.Any";

    /** Each Any begins a message of its own, so the readers' limit alone would not bound how deep a resource is. */
    private static final int MAX_DEPTH = 400;

    private final MessageType type;
    private final @Nullable ProtoNode parent;
    private final String segment;
    private final int depth;
    private final @Nullable Object[] values;
    private final FieldMarks marks = new FieldMarks();
    private @Nullable Map<String, Object> anyJson;
    private @Nullable ProtoNode unpacked;

    ProtoNode(MessageType type, @Nullable ProtoNode parent, String segment) {
        this.type = type;
        this.parent = parent;
        this.segment = segment;
        this.depth = parent == null ? 0 : parent.depth + 1;
        this.values = new @Nullable Object[type.fields.size()];
    }

    /** The message that this is. */
    public MessageType type() {
        return type;
    }

    /** Where this node stands in its resource, such as {@code filter_chains[0].filters[1]}. */
    public String path() {
        if (parent == null) {
            return segment;
        }
        String before = parent.path();
        return before.isEmpty() || segment.isEmpty() ? before + segment : before + "." + segment;
    }

    /** Where a field of this node stands in its resource. */
    public String path(String field) {
        String own = path();
        return own.isEmpty() ? field : own + "." + field;
    }

    /** An error at one of this node's fields. */
    public ConfigException error(String field, String problem) {
        return new ConfigException(path(field), problem);
    }

    /** An error for something that Envoy takes and this proxy can't do. */
    public ConfigException beyondUs(String field, String problem) {
        return ConfigException.beyondUs(path(field), problem);
    }

    /** An error for a value that is understood and not supported. */
    public ConfigException unsupported(String field, String found, String accepted) {
        return error(field, found + " (accepted: " + accepted + ")");
    }

    @Nullable
    Object raw(Field field) {
        return values[field.index()];
    }

    /** Takes note of a field that the schema does not have: of a newer Envoy's, such as 5 of a policy. */
    void unknown(int number) {
        marks.unknown(number);
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

    /** Whether the field is set. */
    public boolean has(String field) {
        return values[read(field).index()] != null;
    }

    /** Marks fields as harmless: nothing here needs them. */
    public ProtoNode ignoring(String... fields) {
        for (String field : fields) {
            marks.ignore(read(field));
        }
        return this;
    }

    /** A string; empty when not set. */
    public String text(String field) {
        return values[check(field, Kind.STRING).index()] instanceof String text ? text : "";
    }

    /** A string that must not be empty. */
    public String required(String field) {
        String text = text(field);
        if (text.isEmpty()) {
            throw error(field, "missing or empty (accepted: a non-empty string)");
        }
        return text;
    }

    /** A bool; false when not set. */
    public boolean flag(String field) {
        return values[check(field, Kind.BOOL).index()] instanceof Boolean flag && flag;
    }

    /** A whole number, unsigned ones as they are up to 2^63-1; 0 when not set. */
    public long number(String field) {
        return values[read(field).index()] instanceof Number number ? number.longValue() : 0;
    }

    /** A float or double; 0 when not set. */
    public double decimal(String field) {
        return values[read(field).index()] instanceof Number number ? number.doubleValue() : 0;
    }

    /** Bytes; empty when not set. */
    public ByteString bytes(String field) {
        return values[check(field, Kind.BYTES).index()] instanceof ByteString bytes ? bytes : ByteString.EMPTY;
    }

    /** The name of an enumeration's value; the first one's when not set. A number without a name, which a newer Envoy may have, is an error. */
    public String choice(String field) {
        Field found = check(field, Kind.ENUM);
        return name(field, found, values[found.index()] instanceof Integer number ? number : 0);
    }

    /** The names of a repeated enumeration's values. */
    public List<String> choices(String field) {
        Field found = check(field, Kind.ENUM);
        return numbers(field).stream()
                .map(number -> name(field, found, number.intValue()))
                .toList();
    }

    private String name(String field, Field found, int number) {
        ProtoSchema.EnumType type = ProtoSchema.ENVOY.enumeration(found.typeName());
        return type.name(number).orElseThrow(() -> beyondUs(field, "number " + number + type.accepted()));
    }

    /** A message; null when not set. */
    public @Nullable ProtoNode message(String field) {
        return (ProtoNode) values[check(field, Kind.MESSAGE).index()];
    }

    /** A message that must be there. @throws ConfigException when it is not */
    public ProtoNode requiredMessage(String field) {
        ProtoNode node = message(field);
        if (node == null) {
            throw error(field, "missing (accepted: a " + read(field).typeName() + ")");
        }
        return node;
    }

    /** The message, or an empty one in its place. */
    public ProtoNode messageOrEmpty(String field) {
        ProtoNode node = message(field);
        return node != null
                ? node
                : new ProtoNode(ProtoSchema.ENVOY.message(read(field).typeName()), this, field);
    }

    /** A repeated message; not to be changed. */
    @SuppressWarnings("unchecked") // the readers put a list of the field's kind there
    public List<ProtoNode> messages(String field) {
        List<ProtoNode> list =
                (List<ProtoNode>) values[check(field, Kind.MESSAGE).index()];
        return list == null ? List.of() : list;
    }

    /** A repeated string; not to be changed. */
    @SuppressWarnings("unchecked") // as above
    public List<String> texts(String field) {
        List<String> list = (List<String>) values[check(field, Kind.STRING).index()];
        return list == null ? List.of() : list;
    }

    /** A repeated number, or the numbers of a repeated enumeration; not to be changed. */
    @SuppressWarnings("unchecked") // as above
    public List<Number> numbers(String field) {
        List<Number> list = (List<Number>) values[read(field).index()];
        return list == null ? List.of() : list;
    }

    /** A map from string to message. */
    @SuppressWarnings("unchecked") // as above
    public Map<String, ProtoNode> map(String field) {
        Map<String, ProtoNode> map =
                (Map<String, ProtoNode>) values[check(field, Kind.MESSAGE).index()];
        return map == null ? Map.of() : map;
    }

    /** A map from string to string. */
    @SuppressWarnings("unchecked") // as above
    public Map<String, String> textMap(String field) {
        Map<String, String> map =
                (Map<String, String>) values[check(field, Kind.STRING).index()];
        return map == null ? Map.of() : map;
    }

    /** A {@code google.protobuf.BoolValue}. */
    public boolean wrappedFlag(String field, boolean otherwise) {
        ProtoNode wrapper = message(field);
        return wrapper == null ? otherwise : wrapper.flag("value");
    }

    /** A wrapped number. */
    public long wrapped(String field, long otherwise) {
        ProtoNode wrapper = message(field);
        return wrapper == null ? otherwise : wrapper.number("value");
    }

    /** A {@code google.protobuf.Duration}; negative ones are refused. */
    public Duration duration(String field, Duration otherwise) {
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

    /** As {@link #duration}; null when not set. */
    public @Nullable Duration durationOrNull(String field) {
        return has(field) ? duration(field, Duration.ZERO) : null;
    }

    // ---- google.protobuf.Any
    // -------------------------------------------------------------------------------------------------------

    /** For an Any read from JSON: what stood beside {@code @type}. */
    void anyJson(Map<String, Object> json) {
        anyJson = json;
    }

    /** The full name of an Any's message; a TypedStruct counts as what it stands for. */
    public String anyType() {
        return AnyMessages.typeOf(this);
    }

    /** Whether the schema knows an Any's message. */
    public boolean anyKnown() {
        return ProtoSchema.ENVOY.find(anyType()) != null;
    }

    /** An Any's message. */
    public ProtoNode unpack() {
        if (unpacked == null) {
            if (depth > MAX_DEPTH) {
                throw new ConfigException(path(), "nested deeper than " + MAX_DEPTH);
            }
            unpacked = AnyMessages.unpack(this);
        }
        return unpacked;
    }

    /** An Any's message if somebody asked for it. */
    @Nullable
    ProtoNode unpacked() {
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
    public ProtoNode passOver() {
        marks.passOver();
        return this;
    }

    /** Refuses a message of which anything was not understood. @throws ConfigException naming the first such field */
    public void requireAllRead() {
        unread(unread -> {
            throw ConfigException.beyondUs(unread.path(), "not supported by this proxy (accepted: leave it out)");
        });
    }

    /** Tells the path of every field that is set and was never asked for, and goes into those that were. */
    public void unread(Consumer<Unread> report) {
        uses((field, use) -> {
            if (use == Use.UNREAD) {
                report.accept(field);
            }
        });
    }

    /** What became of a field that is set. */
    public enum Use {
        /** Something was made of it. */
        READ,
        /** It makes no difference here. */
        IGNORED,
        /** Nobody asked for it. */
        UNREAD
    }

    /** Tells what became of every field that is set, but for what lies below one that was not read. */
    public void uses(BiConsumer<Unread, Use> report) {
        marks.tell(this, report);
    }

    /** A field that is set. */
    public record Unread(String message, String field, String path) {}

    private Field read(String field) {
        Field found = type.byName(field);
        if (found == null) {
            throw new IllegalStateException(type.fullName + " has no field " + field);
        }
        marks.read(found);
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
