package dev.lateen.proxy.xds.proto;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The shapes of the Envoy messages this proxy may meet, read from a table that a test keeps equal to Envoy's own descriptors. Only the
 * lines that are asked for are parsed: loading Envoy's generated classes and descriptors costs a sidecar half a second and 35 MB.
 *
 * <p>A line is {@code M name field...} or {@code E name VALUE=number...}, parts separated by tabs; a field is
 * {@code number:name:kind:type:oneof}, where a kind is a letter (see {@link Kind}), {@code *} after it for repeated, {@code k} and the
 * key's letter before it for a map.
 */
public final class ProtoSchema {
    /** The schema of the resource next to this class. */
    public static final ProtoSchema ENVOY = load("envoy-schema.txt");

    private final Map<String, String> lines;
    private final Map<String, MessageType> messages = new ConcurrentHashMap<>();
    private final Map<String, EnumType> enums = new ConcurrentHashMap<>();

    ProtoSchema(Map<String, String> lines) {
        this.lines = lines;
    }

    private static ProtoSchema load(String resource) {
        try (InputStream in = ProtoSchema.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + ": missing from the distribution");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Map<String, String> lines = HashMap.newHashMap(1000);
            for (int from = 0; from < text.length(); ) {
                int end = text.indexOf('\n', from);
                int nameEnd = text.indexOf('\t', from + 2);
                lines.put(
                        text.substring(from + 2, nameEnd < 0 || nameEnd > end ? end : nameEnd),
                        text.substring(from, end));
                from = end + 1;
            }
            return new ProtoSchema(lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The message of that full name, or null when the table does not hold it. */
    @Nullable
    MessageType find(String fullName) {
        MessageType known = messages.get(fullName);
        if (known != null) {
            return known;
        }
        String line = lines.get(fullName);
        if (line == null || line.charAt(0) != 'M') {
            return null;
        }
        MessageType parsed = parseMessage(fullName, line);
        MessageType raced = messages.putIfAbsent(fullName, parsed);
        return raced == null ? parsed : raced;
    }

    /** As {@link #find}, where its absence is a mistake of ours. */
    public MessageType message(String fullName) {
        MessageType type = find(fullName);
        if (type == null) {
            throw new IllegalStateException(fullName + ": not in the schema");
        }
        return type;
    }

    /** The enumeration of that full name, whose absence is a mistake of ours. */
    public EnumType enumeration(String fullName) {
        return enums.computeIfAbsent(fullName, name -> {
            String line = lines.get(name);
            if (line == null) {
                throw new IllegalStateException(name + ": not in the schema");
            }
            return parseEnum(line);
        });
    }

    private static MessageType parseMessage(String fullName, String line) {
        String[] parts = line.split("\t", -1);
        List<Field> fields = new ArrayList<>(parts.length);
        for (int i = 2; i < parts.length; i++) {
            fields.add(parseField(parts[i], i - 2));
        }
        return new MessageType(fullName, fields);
    }

    private static Field parseField(String text, int index) {
        String[] parts = text.split(":", -1);
        String kind = parts[2];
        boolean map = kind.charAt(0) == 'k';
        Kind keyKind = map ? Kind.of(kind.charAt(1)) : Kind.STRING;
        Kind valueKind = Kind.of(kind.charAt(map ? 2 : 0));
        boolean repeated = kind.endsWith("*");
        return new Field(
                index,
                Integer.parseInt(parts[0]),
                parts[1],
                valueKind,
                repeated,
                map,
                keyKind,
                parts.length > 3 ? parts[3] : "",
                parts.length > 4 ? parts[4] : "");
    }

    private static EnumType parseEnum(String line) {
        String[] parts = line.split("\t", -1);
        Map<String, Integer> byName = HashMap.newHashMap(parts.length);
        Map<Integer, String> byNumber = HashMap.newHashMap(parts.length);
        for (int i = 2; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String name = parts[i].substring(0, equals);
            int number = Integer.parseInt(parts[i].substring(equals + 1));
            byName.put(name, number);
            byNumber.putIfAbsent(number, name);
        }
        return new EnumType(byName, byNumber);
    }

    /** The kinds of protobuf fields, with their letters in the table. */
    public enum Kind {
        STRING('s'),
        BYTES('b'),
        BOOL('z'),
        INT32('i'),
        INT64('j'),
        UINT32('u'),
        UINT64('v'),
        FLOAT('f'),
        DOUBLE('d'),
        ENUM('e'),
        MESSAGE('m'),
        FIXED32('F'),
        FIXED64('G'),
        SINT32('S'),
        SINT64('T');

        final char letter;

        Kind(char letter) {
            this.letter = letter;
        }

        static Kind of(char letter) {
            for (Kind kind : values()) {
                if (kind.letter == letter) {
                    return kind;
                }
            }
            throw new IllegalStateException("kind: " + letter);
        }
    }

    /** One field. @param index its place in a node's values */
    public record Field(
            int index,
            int number,
            String name,
            Kind kind,
            boolean repeated,
            boolean map,
            Kind keyKind,
            String typeName,
            String oneof) {}

    /** An enumeration; names and numbers. */
    public record EnumType(Map<String, Integer> byName, Map<Integer, String> byNumber) {
        Optional<String> name(int number) {
            return Optional.ofNullable(byNumber.get(number));
        }

        /** The end of an error's text. */
        String accepted() {
            return " (accepted: " + String.join(", ", byNumber.values()) + ")";
        }
    }

    /** One message. */
    public static final class MessageType {
        /** Such as {@code envoy.config.cluster.v3.Cluster}. */
        public final String fullName;
        /** In the order of the table; a field's index is its place here. */
        public final List<Field> fields;

        private final Map<String, Field> byName;
        private final Map<Integer, Field> byNumber;

        MessageType(String fullName, List<Field> fields) {
            this.fullName = fullName;
            this.fields = List.copyOf(fields);
            this.byName = HashMap.newHashMap(fields.size() * 2);
            this.byNumber = HashMap.newHashMap(fields.size());
            for (Field field : fields) {
                byNumber.put(field.number(), field);
                byName.put(field.name(), field);
                byName.putIfAbsent(camelCase(field.name()), field);
            }
        }

        @Nullable
        Field byNumber(int number) {
            return byNumber.get(number);
        }

        /** By the proto's own name or its lowerCamelCase JSON name. */
        @Nullable
        public Field byName(String name) {
            return byName.get(name);
        }

        private static String camelCase(String name) {
            StringBuilder text = new StringBuilder(name.length());
            boolean upper = false;
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                if (c == '_') {
                    upper = true;
                } else {
                    text.append(upper && c >= 'a' && c <= 'z' ? (char) (c - 32) : c);
                    upper = false;
                }
            }
            return text.toString();
        }
    }
}
