package dev.lateen.proxy.xds.decode;

import com.google.protobuf.ByteString;
import dev.lateen.proxy.xds.decode.Decoded.Resource;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import dev.lateen.proxy.xds.proto.ProtoWireReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Turns one xDS resource into a value of the model, Envoy's defaults filled in, or into a rejection that names the resource, the field, what
 * was found and what is accepted. Safe for threads.
 */
public final class ResourceDecoder {
    /** Messages that decide who gets in and where a request goes: they are understood wholly or not at all. */
    private static final Set<String> STRICT_PACKAGES =
            Set.of("envoy.config.rbac.v3.", "envoy.extensions.transport_sockets.tls.v3.");

    private static final Set<String> STRICT = Set.of(
            "envoy.extensions.filters.http.rbac.v3.RBAC",
            "envoy.extensions.filters.network.rbac.v3.RBAC",
            "envoy.config.listener.v3.FilterChainMatch",
            "envoy.config.route.v3.RouteMatch",
            "envoy.config.route.v3.HeaderMatcher",
            "envoy.config.route.v3.QueryParameterMatcher",
            "envoy.type.matcher.v3.StringMatcher");

    private final FileSource files;
    private final boolean strict;

    private ResourceDecoder(FileSource files, boolean strict) {
        this.files = files;
        this.strict = strict;
    }

    /** For resources from a control plane: a field that this proxy does not follow is told, and refused only where it decides on access. */
    public static ResourceDecoder lenient(FileSource files) {
        return new ResourceDecoder(files, false);
    }

    /** For a bootstrap: every field that this proxy does not follow is refused by name. */
    public static ResourceDecoder strict(FileSource files) {
        return new ResourceDecoder(files, true);
    }

    /**
     * Decodes a resource as it came over the wire.
     *
     * @param name the name the control plane gave it, or empty (state of the world)
     */
    public Decoded decode(ResourceType type, String name, String typeUrl, ByteString bytes) {
        if (ResourceType.ofUrl(typeUrl) != type) {
            return new Decoded.Rejected(
                    name, type.word() + " " + name + ": type " + typeUrl + " (accepted: " + type.typeUrl() + ")");
        }
        try {
            return decode(type, name, ProtoWireReader.read(ProtoSchema.ENVOY.message(type.message()), bytes, null, ""));
        } catch (RuntimeException | StackOverflowError e) {
            return rejected(type, name, e);
        }
    }

    /** Whatever is thrown while one resource is decoded is a rejection of that resource and of nothing else. */
    private static Decoded rejected(ResourceType type, String name, Throwable thrown) {
        return new Decoded.Rejected(name, type.word() + " " + name + ": " + ConfigException.reason(thrown));
    }

    /** Decodes a resource that is read already, as those of a bootstrap are. @param name for a resource that does not say it itself */
    public Decoded decode(ResourceType type, String name, ProtoNode node) {
        String own = name.isEmpty() ? ownName(type, node) : name;
        try {
            DecodeScope scope = new DecodeScope(files);
            Resource resource = resource(type, node, scope);
            List<String> unsupported = unsupported(node);
            String whose = type.word() + " " + nameOf(resource);
            return new Decoded.Accepted(
                    nameOf(resource),
                    resource,
                    scope.secrets,
                    scope.routeTables,
                    unsupported,
                    scope.gaps.stream().map(gap -> gap.of(whose)).toList(),
                    scope.patience(),
                    null);
        } catch (RuntimeException | StackOverflowError e) {
            return rejected(type, own, e);
        }
    }

    private static String ownName(ResourceType type, ProtoNode node) {
        return switch (type) {
            case ENDPOINTS -> node.text("cluster_name");
            case NAMES -> "";
            case CLUSTER, LISTENER, ROUTES, SECRET -> node.text("name");
        };
    }

    private static Resource resource(ResourceType type, ProtoNode node, DecodeScope scope) {
        return switch (type) {
            case LISTENER -> new Resource.OfListener(ListenerDecoder.decode(node, scope));
            case ROUTES -> new Resource.OfRoutes(RouteDecoder.table(node, scope));
            case CLUSTER -> new Resource.OfCluster(ClusterDecoder.decode(node, scope));
            case ENDPOINTS -> new Resource.OfEndpoints(EndpointDecoder.decode(node, false));
            case SECRET -> new Resource.OfSecret(SecretDecoder.decode(node, scope));
            case NAMES -> new Resource.OfNames(NameTableDecoder.decode(node));
        };
    }

    private static String nameOf(Resource resource) {
        return switch (resource) {
            case Resource.OfListener(var listener) -> listener.name();
            case Resource.OfRoutes(var table) -> table.name();
            case Resource.OfCluster(var cluster) -> cluster.name();
            case Resource.OfEndpoints(var assignment) -> assignment.clusterName();
            case Resource.OfSecret(var secret) -> secret.name();
            case Resource.OfNames _ -> ResourceType.NAMES.word();
        };
    }

    private List<String> unsupported(ProtoNode node) {
        List<String> paths = new ArrayList<>();
        node.unread(unread -> {
            if (strict || decidesOnAccess(unread.message())) {
                throw new ConfigException(unread.path(), "not supported by this proxy (accepted: leave it out)");
            }
            paths.add(unread.path());
        });
        return paths;
    }

    private static boolean decidesOnAccess(String message) {
        return STRICT.contains(message) || STRICT_PACKAGES.stream().anyMatch(message::startsWith);
    }
}
