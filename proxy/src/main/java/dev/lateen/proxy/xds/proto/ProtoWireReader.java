package dev.lateen.proxy.xds.proto;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.lateen.proxy.xds.proto.ProtoSchema.Field;
import dev.lateen.proxy.xds.proto.ProtoSchema.Kind;
import dev.lateen.proxy.xds.proto.ProtoSchema.MessageType;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads protobuf's wire format into a tree; fields that the schema does not know are noted by their number: of a
 * newer Envoy, they may be what a policy or a route depends on.
 */
public final class ProtoWireReader {
    /** Deeper nesting is refused, as protobuf's own readers do. */
    private static final int MAX_DEPTH = 100;

    private ProtoWireReader() {}

    /** @throws ConfigException when the bytes are no such message */
    public static ProtoNode read(MessageType type, ByteString bytes, @Nullable ProtoNode parent, String segment) {
        ProtoNode node = new ProtoNode(type, parent, segment);
        try {
            fill(node, bytes.newCodedInput(), 0);
        } catch (IOException e) {
            throw new ConfigException(node.path(), "broken protobuf for " + type.fullName + ": " + e.getMessage());
        }
        return node;
    }

    private static void fill(ProtoNode node, CodedInputStream in, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new IOException("nested deeper than " + MAX_DEPTH);
        }
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            Field field = node.type().byNumber(WireFormat.getTagFieldNumber(tag));
            if (field == null) {
                node.unknown(WireFormat.getTagFieldNumber(tag));
                in.skipField(tag);
            } else if (field.map()) {
                readMapEntry(node, field, in, depth);
            } else {
                readField(node, field, in, WireFormat.getTagWireType(tag), depth);
            }
        }
    }

    private static void readField(ProtoNode node, Field field, CodedInputStream in, int wireType, int depth)
            throws IOException {
        boolean packed = wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED && field.repeated() && isScalar(field.kind());
        if (packed) {
            int limit = in.pushLimit(in.readRawVarint32());
            while (in.getBytesUntilLimit() > 0) {
                node.listFor(field).add(readScalar(field.kind(), in));
            }
            in.popLimit(limit);
        } else if (field.repeated()) {
            int index = node.listFor(field).size();
            node.listFor(field).add(readValue(node, field, field.name() + "[" + index + "]", in, depth, null));
        } else {
            for (Field other = node.setInSameOneof(field); other != null; other = node.setInSameOneof(field)) {
                node.set(other, null);
            }
            node.set(field, readValue(node, field, field.name(), in, depth, node.raw(field)));
        }
    }

    private static boolean isScalar(Kind kind) {
        return kind != Kind.MESSAGE && kind != Kind.STRING && kind != Kind.BYTES;
    }

    private static Object readValue(
            ProtoNode node, Field field, String segment, CodedInputStream in, int depth, @Nullable Object before)
            throws IOException {
        if (field.kind() != Kind.MESSAGE) {
            return readScalar(field.kind(), in);
        }
        // A message field that comes twice is merged.
        ProtoNode child = before instanceof ProtoNode known
                ? known
                : new ProtoNode(ProtoSchema.ENVOY.message(field.typeName()), node, segment);
        int limit = in.pushLimit(in.readRawVarint32());
        fill(child, in, depth + 1);
        in.popLimit(limit);
        return child;
    }

    @SuppressWarnings("unchecked") // only maps are put into map fields
    private static void readMapEntry(ProtoNode node, Field field, CodedInputStream in, int depth) throws IOException {
        int limit = in.pushLimit(in.readRawVarint32());
        String key = "";
        @Nullable ByteString valueBytes = null;
        @Nullable Object scalar = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == 1) {
                key = String.valueOf(readScalar(field.keyKind(), in));
            } else if (WireFormat.getTagFieldNumber(tag) != 2) {
                in.skipField(tag);
            } else if (field.kind() == Kind.MESSAGE) {
                valueBytes = in.readBytes();
            } else {
                scalar = readScalar(field.kind(), in);
            }
        }
        in.popLimit(limit);
        Map<String, Object> map = (Map<String, Object>) node.raw(field);
        if (map == null) {
            map = new LinkedHashMap<>();
            node.set(field, map);
        }
        map.put(
                key,
                field.kind() == Kind.MESSAGE
                        ? entryMessage(node, field, key, valueBytes, depth)
                        : orZero(field.kind(), scalar));
    }

    private static ProtoNode entryMessage(
            ProtoNode node, Field field, String key, @Nullable ByteString bytes, int depth) throws IOException {
        ProtoNode child =
                new ProtoNode(ProtoSchema.ENVOY.message(field.typeName()), node, field.name() + "[\"" + key + "\"]");
        if (bytes != null) {
            fill(child, bytes.newCodedInput(), depth + 1);
        }
        return child;
    }

    private static Object orZero(Kind kind, @Nullable Object scalar) {
        if (scalar != null) {
            return scalar;
        }
        return switch (kind) {
            case STRING -> "";
            case BYTES -> ByteString.EMPTY;
            case BOOL -> false;
            case FLOAT, DOUBLE -> 0d;
            case ENUM -> 0;
            case INT32, INT64, UINT32, UINT64, FIXED32, FIXED64, SINT32, SINT64, MESSAGE -> 0L;
        };
    }

    private static Object readScalar(Kind kind, CodedInputStream in) throws IOException {
        return switch (kind) {
            case STRING -> in.readStringRequireUtf8();
            case BYTES -> in.readBytes();
            case BOOL -> in.readBool();
            case INT32 -> (long) in.readInt32();
            case INT64 -> in.readInt64();
            case UINT32 -> in.readUInt32() & 0xffffffffL;
            case UINT64 -> in.readUInt64();
            case FLOAT -> (double) in.readFloat();
            case DOUBLE -> in.readDouble();
            case ENUM -> in.readEnum();
            case FIXED32 -> in.readFixed32() & 0xffffffffL;
            case FIXED64 -> in.readFixed64();
            case SINT32 -> (long) in.readSInt32();
            case SINT64 -> in.readSInt64();
            case MESSAGE -> throw new IllegalStateException("no scalar");
        };
    }
}
