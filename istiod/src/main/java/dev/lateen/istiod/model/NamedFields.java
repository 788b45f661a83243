package dev.lateen.istiod.model;

import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.Gateway;
import dev.lateen.api.networking.ProxyConfig;
import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.networking.WorkloadEntry;
import dev.lateen.api.security.AuthorizationPolicy;
import dev.lateen.api.security.RequestAuthentication;
import dev.lateen.api.telemetry.Telemetry;
import java.util.List;
import java.util.stream.Stream;

/** The fields of API kinds that are named. Kinds of which nothing has an effect are {@link WithoutEffect}'s. */
final class NamedFields {
    private static final String YET = Named.YET;
    private static final String SOCKET = "a socket in the file system can't be listened on in our own proxy";
    private static final String NEVER = YET + ", nor in Istio";
    private static final String GRPC_WEB = "GRPC-WEB: served as HTTP, without a translation to gRPC, in our own proxy";
    private static final String MONGO = "MONGO: passed on as TCP, without statistics of its own, in our own proxy";
    private static final List<String> POLICIES = List.of("trafficPolicy", "subsets[].trafficPolicy");

    private NamedFields() {}

    static Stream<Named> all() {
        return Stream.of(
                        virtualService(),
                        destinationRule(),
                        gateway(),
                        entries(),
                        sidecar(),
                        start(),
                        security(),
                        telemetry())
                .flatMap(s -> s);
    }

    private static Stream<Named> virtualService() {
        return Stream.of(
                Named.of(VirtualService.class, "http[].fault.delay.exponentialDelay", NEVER, "fixedDelay"),
                Named.of(VirtualService.class, "http[].fault.abort.http2Error", NEVER, "httpStatus, grpcStatus"),
                Named.of(VirtualService.class, "tcp[].match[].sourceSubnet", NEVER, "sourceLabels, sourceNamespace"));
    }

    private static Stream<Named> destinationRule() {
        return Stream.of(
                        policy("retryBudget.budgetInterval", YET + ": requests under way count", ""),
                        portPolicy("loadBalancer.zoneAwareLbSetting", YET, "localityLbSetting"),
                        portPolicy(
                                "outlierDetection.outlierDetectionHttpErrorCodes",
                                YET + ": 500 to 599 count",
                                "consecutive5xxErrors, consecutiveGatewayErrors"),
                        portPolicy(
                                "outlierDetection.consecutiveErrors",
                                "an old name without effect, here as in Istio",
                                "consecutive5xxErrors or consecutiveGatewayErrors"))
                .flatMap(s -> s);
    }

    private static Stream<Named> policy(String path, String found, String accepted) {
        return POLICIES.stream().map(p -> Named.of(DestinationRule.class, p + "." + path, found, accepted));
    }

    private static Stream<Named> portPolicy(String path, String found, String accepted) {
        return Stream.concat(policy(path, found, accepted), policy("portLevelSettings[]." + path, found, accepted));
    }

    private static Stream<Named> gateway() {
        return Stream.of(
                Named.only(
                        Gateway.class,
                        "servers[].bind",
                        "unix:*",
                        SOCKET + "; the server is left out",
                        "an IP address"),
                Named.only(Gateway.class, "servers[].port.protocol", "GRPC-WEB", GRPC_WEB, "GRPC"),
                Named.only(Gateway.class, "servers[].port.protocol", "MONGO", MONGO, "TCP"),
                Named.of(Gateway.class, "servers[].port.targetPort", NEVER, "port.number"),
                Named.of(Gateway.class, "servers[].defaultEndpoint", NEVER, "a VirtualService"));
    }

    private static Stream<Named> entries() {
        String found = YET + ": all endpoints are reached directly";
        return Stream.of(
                Named.only(ServiceEntry.class, "ports[].protocol", "GRPC-WEB", GRPC_WEB, "GRPC"),
                Named.only(ServiceEntry.class, "ports[].protocol", "MONGO", MONGO, "TCP"),
                Named.of(WorkloadEntry.class, "network", found, ""),
                Named.of(ServiceEntry.class, "endpoints[].network", found, ""));
    }

    private static Stream<Named> sidecar() {
        return Stream.concat(
                inboundPools(),
                Stream.of(
                        Named.only(Sidecar.class, "ingress[].captureMode", "NONE", "NONE " + YET, ""),
                        Named.only(
                                Sidecar.class,
                                "egress[].bind",
                                "unix:*",
                                SOCKET + "; the listener is left out",
                                "an IP address"),
                        Named.only(Sidecar.class, "ingress[].port.protocol", "MONGO", MONGO, "TCP"),
                        Named.of(
                                Sidecar.class,
                                "egress[].bind",
                                "opens no port where connections are not intercepted, as in meshctl run",
                                "the proxy's own port there"),
                        Named.only(
                                Sidecar.class,
                                "egress[].port.protocol",
                                "HTTP_PROXY",
                                "HTTP_PROXY " + YET,
                                "the mesh config's proxyHttpPort"),
                        Named.of(Sidecar.class, "ingress[].tls.httpsRedirect", NEVER, ""),
                        Named.of(Sidecar.class, "ingress[].port.targetPort", NEVER, "defaultEndpoint"),
                        Named.of(Sidecar.class, "egress[].port.targetPort", NEVER, "port.number")));
    }

    private static Stream<Named> start() {
        return Stream.of(
                Named.of(
                        ProxyConfig.class,
                        "concurrency",
                        "has no effect in meshctl run, where all proxies share the event loops of one process",
                        ""),
                Named.of(ProxyConfig.class, "image", YET, "the annotation sidecar.istio.io/proxyImage"));
    }

    private static Stream<Named> inboundPools() {
        return Stream.of("inboundConnectionPool.", "ingress[].connectionPool.")
                .flatMap(p -> Stream.of(Named.of(
                        Sidecar.class, p + "http.h2UpgradePolicy", NEVER, "a DestinationRule for the callers")));
    }

    private static Stream<Named> security() {
        return Stream.of(
                Named.only(
                        AuthorizationPolicy.class,
                        "action",
                        "CUSTOM",
                        "CUSTOM: external authorizers are not asked in this version; what the policy selects refuses"
                                + " all requests",
                        "ALLOW, DENY, AUDIT"),
                Named.of(AuthorizationPolicy.class, "targetRef", "the policy " + YET, "selector"),
                Named.of(AuthorizationPolicy.class, "targetRefs", "the policy " + YET, "selector"),
                targetKind("GatewayClass"),
                targetKind("Service"),
                targetKind("ServiceEntry"));
    }

    /** There are no waypoints, which policies for these are for. */
    private static Named targetKind(String kind) {
        return Named.only(
                RequestAuthentication.class,
                "targetRefs[].kind",
                kind,
                kind + ": there are no waypoints, and sidecars follow policies with a selector",
                "Gateway, or a selector");
    }

    private static Stream<Named> telemetry() {
        return Stream.of(
                Named.of(Telemetry.class, "targetRef", "the resource " + YET, "selector"),
                Named.of(Telemetry.class, "targetRefs", "the resource " + YET, "selector"),
                Named.of(Telemetry.class, "metrics[].reportingInterval", YET + ": TCP is reported every 5s", ""),
                Named.only(Telemetry.class, "tracing[].disableContextPropagation", "true", YET, ""),
                Named.of(Telemetry.class, "tracing[].customTags{}.formatter", YET, "literal, environment, header"));
    }
}
