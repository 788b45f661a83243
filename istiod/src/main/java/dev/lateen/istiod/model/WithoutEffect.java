package dev.lateen.istiod.model;

import dev.lateen.api.extensions.TrafficExtension;
import dev.lateen.api.extensions.WasmPlugin;
import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.mesh.ProxySettings;
import dev.lateen.api.networking.ConnectionPool;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.EnvoyFilter;
import dev.lateen.api.networking.Gateway;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.LoadBalancer;
import dev.lateen.api.networking.ProxyConfig;
import dev.lateen.api.networking.ServerTls;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.networking.WorkloadGroup;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.security.AuthorizationPolicy;
import dev.lateen.api.security.RequestAuthentication;
import dev.lateen.api.selector.TargetReference;
import dev.lateen.api.telemetry.Telemetry;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.registry.KubernetesDocument;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Finds what is valid and yet does not do what its author wants of it, since this version lacks the means: each is named, none passed over. */
final class WithoutEffect {
    private static final String YET = "has no effect in this version";
    private static final String GATEWAY_API = "gateway.networking.k8s.io/";
    private static final Map<Class<? extends Spec>, String> KINDS = Map.of(
            EnvoyFilter.class, "",
            WasmPlugin.class, "",
            TrafficExtension.class, "",
            WorkloadGroup.class, "workloads are declared by WorkloadEntry",
            ProxyConfig.class, "settings of proxies are those of the mesh config's defaultConfig");

    private final MeshConfig mesh;
    private final List<Problem> problems = new ArrayList<>();

    private WithoutEffect(MeshConfig mesh) {
        this.mesh = mesh;
    }

    static List<Problem> of(
            Collection<? extends Resource<?>> resources, Collection<KubernetesDocument> documents, MeshConfig mesh) {
        WithoutEffect found = new WithoutEffect(mesh);
        resources.forEach(found::look);
        documents.forEach(found::look);
        found.meshConfig();
        return found.problems;
    }

    private void meshConfig() {
        setting("discoverySelectors", !mesh.discoverySelectors().isEmpty());
        setting("inboundClusterStatName", !mesh.inboundClusterStatName().isEmpty());
        setting("outboundClusterStatName", !mesh.outboundClusterStatName().isEmpty());
        setting("disableEnvoyListenerLog", mesh.disableEnvoyListenerLog());
        setting(
                "outboundTrafficPolicy.mode",
                mesh.outboundTrafficPolicy().mode() == MeshConfig.OutboundMode.ALLOW_ANY_DYNAMIC_DNS);
        setting(
                "defaultConfig.extraStatTags",
                !mesh.defaultConfig().extraStatTags().isEmpty());
        setting("defaultConfig.proxyStatsMatcher", mesh.defaultConfig().proxyStatsMatcher() != null);
        setting(
                "defaultConfig.runtimeValues",
                !mesh.defaultConfig().runtimeValues().isEmpty());
        ProxySettings.ProxyHeaders headers = mesh.defaultConfig().proxyHeaders();
        setting(
                "defaultConfig.proxyHeaders.preserveHttp1HeaderCase",
                headers != null && Boolean.TRUE.equals(headers.preserveHttp1HeaderCase()));
    }

    private void setting(String path, boolean set) {
        if (set) {
            tell(new Origin("mesh config", 1, 0), "MeshConfig", path, YET, "");
        }
    }

    private void look(KubernetesDocument document) {
        JsonNode body = document.body();
        String version = body.path("apiVersion").asString("");
        String kind = body.path("kind").asString("");
        boolean ingress = version.startsWith("networking.k8s.io/") && kind.equals("Ingress");
        boolean gatewayApi = version.startsWith(GATEWAY_API) && !kind.equals("GatewayClass");
        if (ingress || gatewayApi) {
            String name = kind + " " + body.path("metadata").path("namespace").asString("default") + "/"
                    + body.path("metadata").path("name").asString("?");
            tell(
                    document.origin(),
                    name,
                    "",
                    "kind " + kind + " of " + version + " " + YET,
                    "Istio's own Gateway and VirtualService");
        }
    }

    private void look(Resource<?> resource) {
        String instead = KINDS.get(resource.spec().getClass());
        if (instead != null) {
            tell(resource, "", "kind " + resource.meta().kind() + " " + YET, instead);
        }
        resource.as(VirtualService.class).ifPresent(this::virtualService);
        resource.as(DestinationRule.class).ifPresent(this::destinationRule);
        resource.as(Gateway.class).ifPresent(this::gateway);
        resource.as(Sidecar.class).ifPresent(this::sidecar);
        resource.as(AuthorizationPolicy.class).ifPresent(this::authorization);
        resource.as(RequestAuthentication.class).ifPresent(this::requestAuthentication);
        resource.as(Telemetry.class).ifPresent(t -> new TelemetryWithoutEffect(t, mesh, this::tell).look());
    }

    private void virtualService(Resource<VirtualService> service) {
        List<HttpRoute> http = service.spec().http();
        for (int i = 0; i < http.size(); i++) {
            String path = "spec.http[" + i + "]";
            HttpRoute route = http.get(i);
            boolean claims = route.match().stream()
                    .anyMatch(m -> m.headers().keySet().stream().anyMatch(WithoutEffect::isClaim)
                            || m.withoutHeaders().keySet().stream().anyMatch(WithoutEffect::isClaim));
            if (claims) {
                tell(service, path + ".match", "a match on claims of a token never holds in this version", "headers");
            }
            HttpRoute.FaultInjection fault = route.fault();
            if (fault != null && fault.delay() != null && fault.delay().exponentialDelay() != null) {
                tell(service, path + ".fault.delay.exponentialDelay", YET + ", nor in Istio", "fixedDelay");
            }
            if (fault != null && fault.abort() != null && fault.abort().http2Error() != null) {
                tell(service, path + ".fault.abort.http2Error", YET + ", nor in Istio", "httpStatus, grpcStatus");
            }
        }
    }

    private static boolean isClaim(String header) {
        return header.startsWith("@request.auth.");
    }

    private void destinationRule(Resource<DestinationRule> rule) {
        DestinationRule spec = rule.spec();
        policy(rule, "spec.trafficPolicy", spec.trafficPolicy());
        for (int i = 0; i < spec.subsets().size(); i++) {
            policy(
                    rule,
                    "spec.subsets[" + i + "].trafficPolicy",
                    spec.subsets().get(i).trafficPolicy());
        }
    }

    private void policy(Resource<DestinationRule> rule, String path, @Nullable TrafficPolicy policy) {
        if (policy == null) {
            return;
        }
        if (policy.tunnel() != null) {
            tell(rule, path + ".tunnel", YET, "");
        }
        balancer(rule, path, policy.loadBalancer());
        pool(rule, path, policy.connectionPool());
        if (policy.proxyProtocol() != null) {
            tell(rule, path + ".proxyProtocol", YET, "");
        }
        outlier(rule, path, policy.outlierDetection());
        for (int i = 0; i < policy.portLevelSettings().size(); i++) {
            TrafficPolicy.PortPolicy port = policy.portLevelSettings().get(i);
            String inner = path + ".portLevelSettings[" + i + "]";
            outlier(rule, inner, port.outlierDetection());
            balancer(rule, inner, port.loadBalancer());
            pool(rule, inner, port.connectionPool());
        }
    }

    private void balancer(Resource<DestinationRule> rule, String path, @Nullable LoadBalancer balancer) {
        if (balancer == null) {
            return;
        }
        if (balancer.warmup() != null || balancer.warmupDurationSecs() != null) {
            tell(
                    rule,
                    path + ".loadBalancer.warmup",
                    YET + " in our own proxy: a new endpoint has its full share at once",
                    "");
        }
    }

    private void pool(Resource<DestinationRule> rule, String path, @Nullable ConnectionPool pool) {
        if (pool != null && pool.tcp() != null && pool.tcp().tcpKeepalive() != null) {
            tell(rule, path + ".connectionPool.tcp.tcpKeepalive", YET + " in our own proxy", "tcp.idleTimeout");
        }
    }

    private void outlier(
            Resource<DestinationRule> rule, String path, TrafficPolicy.@Nullable OutlierDetection outlier) {
        if (outlier != null && outlier.consecutiveErrors() != 0) {
            tell(
                    rule,
                    path + ".outlierDetection.consecutiveErrors",
                    "an old name without effect, here as in Istio",
                    "consecutive5xxErrors or consecutiveGatewayErrors");
        }
    }

    private void gateway(Resource<Gateway> gateway) {
        List<Gateway.Server> servers = gateway.spec().servers();
        for (int i = 0; i < servers.size(); i++) {
            ServerTls tls = servers.get(i).tls();
            if (tls != null && tls.mode() == ServerTls.Mode.AUTO_PASSTHROUGH) {
                tell(
                        gateway,
                        "spec.servers[" + i + "].tls.mode",
                        "AUTO_PASSTHROUGH " + YET + "; the server is left out",
                        "PASSTHROUGH with tls routes, or a mode that ends TLS");
            }
        }
    }

    private void sidecar(Resource<Sidecar> sidecar) {
        List<Sidecar.Egress> egress = sidecar.spec().egress();
        for (int i = 0; i < egress.size(); i++) {
            captured(
                    sidecar, "spec.egress[" + i + "].captureMode", egress.get(i).captureMode());
        }
        List<Sidecar.Ingress> ingress = sidecar.spec().ingress();
        for (int i = 0; i < ingress.size(); i++) {
            captured(
                    sidecar,
                    "spec.ingress[" + i + "].captureMode",
                    ingress.get(i).captureMode());
        }
    }

    private void captured(Resource<Sidecar> sidecar, String path, Sidecar.CaptureMode mode) {
        if (mode == Sidecar.CaptureMode.NONE) {
            tell(sidecar, path, "NONE " + YET, "a bind address, which makes the listener a real one");
        }
    }

    private void authorization(Resource<AuthorizationPolicy> policy) {
        if (policy.spec().action() == AuthorizationPolicy.Action.CUSTOM) {
            tell(
                    policy,
                    "spec.action",
                    "CUSTOM: external authorizers are not asked in this version; what the policy selects refuses all"
                            + " requests",
                    "ALLOW, DENY, AUDIT");
        }
        targets(policy, policy.spec().targetRef(), policy.spec().targetRefs());
    }

    private void requestAuthentication(Resource<RequestAuthentication> policy) {
        if (!policy.spec().jwtRules().isEmpty()) {
            tell(
                    policy,
                    "spec.jwtRules",
                    "tokens are not checked in this version; what the policy selects refuses all requests",
                    "");
        }
        targets(policy, policy.spec().targetRef(), policy.spec().targetRefs());
    }

    private void targets(Resource<?> policy, @Nullable TargetReference one, List<TargetReference> several) {
        if (one != null || !several.isEmpty()) {
            tell(policy, one != null ? "spec.targetRef" : "spec.targetRefs", "the policy " + YET, "selector");
        }
    }

    private void tell(Resource<?> at, String path, String found, String accepted) {
        tell(at.meta().origin(), at.key().toString(), path, found, accepted);
    }

    private void tell(Origin origin, String resource, String path, String found, String accepted) {
        problems.add(new Problem(Problem.Severity.WARNING, origin, origin.line(), resource, path, found, accepted));
    }
}
