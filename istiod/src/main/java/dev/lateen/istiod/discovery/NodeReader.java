package dev.lateen.istiod.discovery;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.lateen.api.xds.NodeId;
import dev.lateen.api.xds.NodeMetadata;
import dev.lateen.istiod.model.ProxyNode;
import io.envoyproxy.envoy.config.core.v3.Extension;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.vertx.grpc.common.GrpcStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the node of a discovery request, as Istio writes it: {@code role~ip~name.namespace~domain} and metadata. */
final class NodeReader {
    private static final int DEEPEST = 16;

    private NodeReader() {}

    /** The node without protobuf; one that breaks the form ends the stream, with the form in the message. */
    static ProxyNode read(Node node) throws StreamFailure {
        NodeId id =
                NodeId.parse(node.getId()).orElseThrow(() -> malformed(node.getId(), "role~ip~name.namespace~domain"));
        ProxyNode.Role role = switch (id.role()) {
            case SIDECAR -> ProxyNode.Role.SIDECAR;
            case ROUTER -> ProxyNode.Role.ROUTER;
            case WAYPOINT, ZTUNNEL -> throw malformed(node.getId(), "sidecar or router as the first part");
        };
        Map<String, Object> metadata = map(node.getMetadata(), 0);
        return new ProxyNode(
                node.getId(),
                role,
                id.address(),
                textOr(metadata.get(NodeMetadata.NAME), id.workload()),
                textOr(metadata.get(NodeMetadata.NAMESPACE), id.namespace()),
                id.domain(),
                node.getCluster(),
                new ProxyNode.Locality(
                        node.getLocality().getRegion(),
                        node.getLocality().getZone(),
                        node.getLocality().getSubZone()),
                new ProxyNode.Agent(node.getUserAgentName(), extensions(node)),
                metadata);
    }

    private static StreamFailure malformed(String id, String accepted) {
        return new StreamFailure(
                GrpcStatus.INVALID_ARGUMENT, "node.id: found \"" + id + "\" (accepted: " + accepted + ")");
    }

    private static Set<String> extensions(Node node) {
        return node.getExtensionsList().stream().map(Extension::getName).collect(Collectors.toUnmodifiableSet());
    }

    private static String textOr(@Nullable Object value, String otherwise) {
        return value instanceof String text && !text.isEmpty() ? text : otherwise;
    }

    private static Map<String, Object> map(Struct struct, int depth) throws StreamFailure {
        checkDepth(depth);
        Map<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, Value> entry : struct.getFieldsMap().entrySet()) {
            Object value = value(entry.getValue(), depth);
            if (value != null) {
                values.put(entry.getKey(), value);
            }
        }
        return Map.copyOf(values);
    }

    private static @Nullable Object value(Value value, int depth) throws StreamFailure {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> value.getStringValue();
            case NUMBER_VALUE -> value.getNumberValue();
            case BOOL_VALUE -> value.getBoolValue();
            case STRUCT_VALUE -> map(value.getStructValue(), depth + 1);
            case LIST_VALUE -> list(value, depth + 1);
            case NULL_VALUE, KIND_NOT_SET -> null;
        };
    }

    private static void checkDepth(int depth) throws StreamFailure {
        if (depth > DEEPEST) {
            throw new StreamFailure(
                    GrpcStatus.INVALID_ARGUMENT, "node.metadata: nested too deeply (accepted: " + DEEPEST + " levels)");
        }
    }

    private static List<Object> list(Value value, int depth) throws StreamFailure {
        checkDepth(depth);
        List<Object> values = new ArrayList<>();
        for (Value element : value.getListValue().getValuesList()) {
            Object read = value(element, depth);
            if (read != null) {
                values.add(read);
            }
        }
        return List.copyOf(values);
    }
}
