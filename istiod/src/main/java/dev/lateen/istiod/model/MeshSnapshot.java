package dev.lateen.istiod.model;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.Gateway;
import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.networking.Sidecar;
import dev.lateen.api.networking.VirtualService;
import dev.lateen.api.networking.WorkloadEntry;
import dev.lateen.api.resource.Resource;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.security.AuthorizationPolicy;
import dev.lateen.api.security.PeerAuthentication;
import dev.lateen.api.security.RequestAuthentication;
import dev.lateen.api.telemetry.Telemetry;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ConfigInput;
import dev.lateen.istiod.input.ConfigObject;
import dev.lateen.istiod.registry.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The whole mesh at one time: configuration and registry, indexed. Immutable but for what it remembers; safe from any thread. Parts that
 * are as they were in the snapshot before are the same objects.
 */
public final class MeshSnapshot {
    private final long version;
    private final MeshConfig mesh;
    private final Registry registry;
    private final SpecIndex specs;
    private final DestinationRules destinationRules;
    private final VirtualServices virtualServices;
    private final Set<String> preferenceLabels;
    private final PeerPolicies peerPolicies;
    private final List<Problem> problems;
    private final Map<ScopeKey, WorkloadScope> scopes = new ConcurrentHashMap<>();
    private final FollowedSettings settings;
    /** By the pod's annotation, of which there are few. */
    private final Map<String, FollowedSettings> ownSettings = new ConcurrentHashMap<>();

    private record ScopeKey(
            String namespace,
            Map<String, String> labels,
            @Nullable ResourceKey sidecar) {}

    private MeshSnapshot(ConfigInput input, @Nullable MeshSnapshot previous) {
        List<Resource<?>> resources = new ArrayList<>();
        for (ConfigObject object : input.sorted()) {
            switch (object) {
                case ConfigObject.OfIstio istio -> resources.add(istio.resource());
                case ConfigObject.OfKubernetes _, ConfigObject.Other _ -> {}
            }
        }
        MeshConfig given = input.mesh();
        this.version = input.version();
        this.mesh = previous != null && previous.mesh.equals(given) ? previous.mesh : given;
        this.settings = FollowedSettings.of(this.mesh.defaultConfig());
        List<Problem> found = new ArrayList<>();
        SpecIndex before = previous == null ? null : previous.specs;
        this.specs = new SpecIndex(KeptRoutes.of(resources, before, found), before);
        this.registry = (previous == null ? Registry.empty() : previous.registry).next(input.objects(), mesh);
        this.destinationRules = DestinationRules.of(
                specs.all(DestinationRule.class),
                mesh.defaultDestinationRuleExportTo(),
                mesh.rootNamespace(),
                previous == null ? null : previous.destinationRules);
        this.virtualServices = VirtualServices.of(
                specs.all(VirtualService.class),
                mesh.defaultVirtualServiceExportTo(),
                found,
                previous == null ? null : previous.virtualServices);
        this.preferenceLabels = PreferenceLabels.of(mesh, specs.all(DestinationRule.class), registry.services());
        this.peerPolicies = PeerPolicies.of(
                specs.all(PeerAuthentication.class),
                mesh.rootNamespace(),
                previous == null ? null : previous.peerPolicies);
        found.addAll(WithoutEffect.of(input.sorted(), mesh));
        this.problems = List.copyOf(found);
    }

    /**
     * The next snapshot.
     *
     * @param input validated config
     * @param previous the one before, or null for the first
     */
    public static MeshSnapshot build(ConfigInput input, @Nullable MeshSnapshot previous) {
        return new MeshSnapshot(input, previous);
    }

    /** The version of the config that it is made from; counts up. */
    public long version() {
        return version;
    }

    /** The mesh's configuration. */
    public MeshConfig mesh() {
        return mesh;
    }

    /** Services and workloads. */
    public Registry registry() {
        return registry;
    }

    /** What is not in force, or not as its author may think. */
    public List<Problem> problems() {
        return problems;
    }

    /** The labels by which some endpoints are preferred to others, by whatever rule. */
    public Set<String> preferenceLabels() {
        return preferenceLabels;
    }

    DestinationRules destinationRules() {
        return destinationRules;
    }

    VirtualServices virtualServices() {
        return virtualServices;
    }

    /** All resources of a kind, the oldest first. */
    public <S extends Spec> List<Resource<S>> all(Class<S> kind) {
        return specs.all(kind);
    }

    /** What a proxy may see; the same object for proxies that may see the same. */
    public WorkloadScope scope(ProxyNode node) {
        boolean gateway = node.role() == ProxyNode.Role.ROUTER;
        Resource<Sidecar> sidecar = gateway ? null : sidecar(node.namespace(), node.labels());
        boolean byLabels = virtualServices.askForLabels() || destinationRules.selectsWorkloads(node.namespace());
        Map<String, String> labels = byLabels ? node.labels() : Map.of();
        ScopeKey key = new ScopeKey(node.namespace(), labels, sidecar == null ? null : sidecar.key());
        return scopes.computeIfAbsent(key, k -> new WorkloadScope(this, k.namespace(), k.labels(), sidecar));
    }

    // A Sidecar for selected workloads, else the namespace's, else the root namespace's.
    private @Nullable Resource<Sidecar> sidecar(String namespace, Map<String, String> labels) {
        Resource<Sidecar> ofNamespace = null;
        Resource<Sidecar> ofRoot = null;
        for (Resource<Sidecar> sidecar : specs.all(Sidecar.class)) {
            boolean selects = sidecar.spec().workloadSelector() != null
                    && !sidecar.spec().workloadSelector().labels().isEmpty();
            if (sidecar.namespace().equals(namespace)) {
                if (selects
                        && Labels.satisfy(
                                labels, sidecar.spec().workloadSelector().labels())) {
                    return sidecar;
                }
                ofNamespace = !selects && ofNamespace == null ? sidecar : ofNamespace;
            } else if (sidecar.namespace().equals(mesh.rootNamespace()) && !selects && ofRoot == null) {
                ofRoot = sidecar;
            }
        }
        return ofNamespace == null ? ofRoot : ofNamespace;
    }

    /** How workloads take connections. */
    public PeerPolicies peerPolicies() {
        return peerPolicies;
    }

    /** How a workload's ports take connections. */
    public InboundTls inboundTls(String namespace, Map<String, String> labels) {
        return peerPolicies.inboundTls(namespace, labels);
    }

    /** Who may call a workload. */
    public Authorization authorization(String namespace, Map<String, String> labels) {
        return Authorization.select(specs.all(AuthorizationPolicy.class), mesh.rootNamespace(), namespace, labels);
    }

    /** The request authentications of a workload, the root namespace's first. */
    public List<Resource<RequestAuthentication>> requestAuthentication(String namespace, Map<String, String> labels) {
        return specs.all(RequestAuthentication.class).stream()
                .filter(p -> p.namespace().equals(mesh.rootNamespace())
                        || p.namespace().equals(namespace))
                .filter(p ->
                        p.spec().targetRef() == null && p.spec().targetRefs().isEmpty())
                .filter(p -> Labels.satisfy(labels, p.spec().selector()))
                .toList();
    }

    /** What of its work a proxy reports. */
    public TelemetryRules telemetry(ProxyNode node) {
        return TelemetryRules.select(
                specs.all(Telemetry.class), mesh, settings(node).tracing(), node.namespace(), node.labels());
    }

    /** The start-up settings of a proxy, as far as what it is sent depends on them. */
    public FollowedSettings settings(ProxyNode node) {
        String annotation = FollowedSettings.annotation(node);
        return annotation.isBlank() ? settings : ownSettings.computeIfAbsent(annotation, settings::with);
    }

    /** The Gateways that a gateway workload serves, the oldest first; a Gateway without selector is served by all. */
    public List<Resource<Gateway>> gateways(Map<String, String> labels) {
        return specs.all(Gateway.class).stream()
                .filter(g -> Labels.satisfy(labels, g.spec().selector()))
                .toList();
    }
}
