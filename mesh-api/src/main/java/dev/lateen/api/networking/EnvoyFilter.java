package dev.lateen.api.networking;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.CheckedPort;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.PortOrAny;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.TextRules;
import dev.lateen.api.selector.TargetReference;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Changes to what the proxy is told, in Envoy's own words.
 *
 * @param workloadSelector the workloads meant; absent means all of the namespace
 * @param targetRefs the gateways or services meant
 * @param configPatches the changes, in order
 * @param priority the order among EnvoyFilters, negative ones first
 */
@ApiKind(
        group = "networking.istio.io",
        kind = "EnvoyFilter",
        plural = "envoyfilters",
        versions = {"v1alpha3"})
@AtMostOne(
        value = {"workloadSelector", "targetRefs"},
        message = "only one of targetRefs or workloadSelector can be set")
public record EnvoyFilter(
        @Nullable WorkloadSelector workloadSelector,
        @Size(max = 16) List<TargetReference> targetRefs,
        List<ConfigPatch> configPatches,
        int priority)
        implements Spec {

    /** One change. */
    @Obeys(EnvoyFilterRules.PatchFits.class)
    public record ConfigPatch(
            ApplyTo applyTo,
            @Nullable ObjectMatch match,
            @Nullable Patch patch) {}

    /** What is changed. */
    public enum ApplyTo {
        /** Nothing; refused. */
        INVALID,
        /** A listener. */
        LISTENER,
        /** A filter chain of a listener. */
        FILTER_CHAIN,
        /** A filter of a filter chain. */
        NETWORK_FILTER,
        /** A filter of the HTTP connection manager. */
        HTTP_FILTER,
        /** A route configuration. */
        ROUTE_CONFIGURATION,
        /** A virtual host of a route configuration. */
        VIRTUAL_HOST,
        /** A route of a virtual host. */
        HTTP_ROUTE,
        /** A cluster. */
        CLUSTER,
        /** An extension that filters refer to. */
        EXTENSION_CONFIG,
        /** The bootstrap file. */
        BOOTSTRAP,
        /** A filter of a listener. */
        LISTENER_FILTER
    }

    /** The role of the proxy. */
    public enum PatchContext {
        /** Any. */
        ANY,
        /** The inbound side of a sidecar. */
        SIDECAR_INBOUND,
        /** The outbound side of a sidecar. */
        SIDECAR_OUTBOUND,
        /** A gateway. */
        GATEWAY,
        /** A waypoint. */
        WAYPOINT
    }

    /** Which of several is changed; what is not said matches all. */
    @AtMostOne({"listener", "routeConfiguration", "cluster", "waypoint"})
    @Cel(
            rule = "has(self.context) ? ((self.context == \"WAYPOINT\") ? has(self.waypoint) : !has(self.waypoint))"
                    + " : !has(self.waypoint)",
            message = "only support waypointMatch when context is WAYPOINT")
    @Obeys(EnvoyFilterRules.WaypointMatch.class)
    public record ObjectMatch(
            PatchContext context,
            @Nullable ProxyMatch proxy,
            @Nullable ListenerMatch listener,
            @Nullable RouteConfigurationMatch routeConfiguration,
            @Nullable ClusterMatch cluster,
            @Nullable WaypointMatch waypoint) {}

    /**
     * A proxy.
     *
     * @param proxyVersion an RE2 expression on the version
     * @param metadata of its node
     */
    public record ProxyMatch(@Obeys(TextRules.Re2.class) String proxyVersion, Map<String, String> metadata) {}

    /** A cluster. */
    public record ClusterMatch(@PortOrAny long portNumber, String service, String subset, String name) {}

    /** A listener. */
    public record ListenerMatch(
            @PortOrAny long portNumber,
            String portName,
            @Nullable FilterChainMatch filterChain,
            String listenerFilter,
            String name) {}

    /** A filter chain. */
    public record FilterChainMatch(
            String name,
            String sni,
            String transportProtocol,
            String applicationProtocols,
            @Nullable FilterMatch filter,
            @PortOrAny long destinationPort) {}

    /** A filter. */
    public record FilterMatch(String name, @Nullable SubFilterMatch subFilter) {}

    /** A filter within a filter. */
    public record SubFilterMatch(String name) {}

    /** A route configuration. */
    public record RouteConfigurationMatch(
            @PortOrAny long portNumber,
            String portName,
            String gateway,
            @Nullable VirtualHostMatch vhost,
            String name) {}

    /** A virtual host. */
    public record VirtualHostMatch(
            String name, String domainName, @Nullable RouteMatch route) {}

    /** A route. */
    public record RouteMatch(String name, RouteAction action) {}

    /** What a route does. */
    public enum RouteAction {
        /** Any. */
        ANY,
        /** It forwards. */
        ROUTE,
        /** It redirects. */
        REDIRECT,
        /** It answers. */
        DIRECT_RESPONSE
    }

    /** A part of a waypoint. */
    public record WaypointMatch(
            @Nullable FilterMatch filter,
            @Nullable WaypointRouteMatch route,
            @Nullable @CheckedPort Integer portNumber) {}

    /** A route of a waypoint. */
    public record WaypointRouteMatch(String name) {}

    /**
     * The change.
     *
     * @param operation what is done
     * @param value in Envoy's words
     * @param filterClass where a filter is put
     */
    public record Patch(Operation operation, @Nullable ObjectNode value, FilterClass filterClass) {}

    /** What is done. */
    public enum Operation {
        /** Nothing; refused. */
        INVALID,
        /** Merged with what is there. */
        MERGE,
        /** Added at the end. */
        ADD,
        /** Taken away. */
        REMOVE,
        /** Added before the one matched. */
        INSERT_BEFORE,
        /** Added after the one matched. */
        INSERT_AFTER,
        /** Added at the beginning. */
        INSERT_FIRST,
        /** Put in place of the one matched. */
        REPLACE,
        /** Merged into the one matched, and lists put in place of its lists (since Istio 1.31). */
        MERGE_AND_REPLACE_LIST
    }

    /** Where a filter is put. */
    public enum FilterClass {
        /** As the operation says. */
        UNSPECIFIED,
        /** After authentication. */
        AUTHN,
        /** After authorization. */
        AUTHZ,
        /** Before statistics. */
        STATS
    }
}
