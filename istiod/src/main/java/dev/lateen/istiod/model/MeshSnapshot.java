package dev.lateen.istiod.model;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.Gateway;
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
import dev.lateen.istiod.input.ObjectKey;
import dev.lateen.istiod.persistent.PersistentMap;
import dev.lateen.istiod.registry.Registry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
    private final ConfigInput input;
    private final MeshConfig mesh;
    private final Registry registry;
    private final SpecIndex written;
    private final KeptRoutes kept;
    private final SpecIndex specs;
    private final DestinationRules destinationRules;
    private final VirtualServices virtualServices;
    private final Set<String> preferenceLabels;
    private final PeerPolicies peerPolicies;
    private final TokenKeys tokenKeys;
    private final Unfollowed unfollowed;
    private final List<Problem> problems;
    private final Scopes scopes;
    private final FollowedSettings settings;
    /** By the pod's annotation, of which there are few. */
    private final Map<String, FollowedSettings> ownSettings = new ConcurrentHashMap<>();

    private MeshSnapshot(ConfigInput input, @Nullable Basis before) {
        Basis basis = before == null ? Basis.nothing(input.mesh()) : before.of(input.mesh());
        this.input = input;
        this.mesh = input.mesh();
        this.settings = FollowedSettings.of(mesh.defaultConfig());
        List<SpecIndex.Change> edits = basis.written.changes(edited(input, basis.objects));
        this.written = basis.written.with(edits);
        this.kept = basis.kept.next(edits, written, basis.specs);
        List<SpecIndex.Change> changes = basis.specs.changes(inForce(edits, basis.kept, kept, written));
        this.specs = basis.specs.with(changes);
        this.registry = basis.registry.next(input.objects(), mesh);
        this.destinationRules = basis.destinationRules.with(changes);
        this.virtualServices = basis.virtualServices.with(changes, specs);
        this.preferenceLabels = PreferenceLabels.of(mesh, specs.all(DestinationRule.class), registry.services());
        this.peerPolicies =
                PeerPolicies.of(specs.all(PeerAuthentication.class), mesh.rootNamespace(), basis.callers.policies);
        this.tokenKeys = basis.callers.keys.next(specs.all(RequestAuthentication.class), input.objects());
        this.unfollowed = basis.unfollowed.next(input);
        List<Problem> found = new ArrayList<>(kept.problems());
        found.addAll(virtualServices.allProblems());
        found.addAll(tokenKeys.problems());
        found.addAll(unfollowed.problems());
        this.problems = List.copyOf(found);
        this.scopes = basis.scopes.next(mesh, registry.services(), destinationRules, virtualServices, specs);
    }

    /** How callers are known. @param policies null before the first @param keys those of issuers of tokens */
    private record Callers(@Nullable PeerPolicies policies, TokenKeys keys) {}

    /** What a snapshot is built on: the parts of the one before that still hold for the mesh config of the next. */
    private record Basis(
            PersistentMap<ObjectKey, ConfigObject> objects,
            SpecIndex written,
            KeptRoutes kept,
            SpecIndex specs,
            Registry registry,
            DestinationRules destinationRules,
            VirtualServices virtualServices,
            Callers callers,
            Unfollowed unfollowed,
            Scopes scopes) {

        static Basis nothing(MeshConfig mesh) {
            return new Basis(
                    PersistentMap.empty(),
                    SpecIndex.NONE,
                    KeptRoutes.NONE,
                    SpecIndex.NONE,
                    Registry.empty(),
                    DestinationRules.none(mesh.discovery().defaultDestinationRuleExportTo(), mesh.rootNamespace()),
                    VirtualServices.none(mesh.discovery().defaultVirtualServiceExportTo()),
                    new Callers(null, TokenKeys.NONE),
                    Unfollowed.NONE,
                    Scopes.NONE);
        }

        /** For another mesh config rules are indexed anew, since it says who may use those that don't say. */
        Basis of(MeshConfig mesh) {
            boolean holds = destinationRules.isFor(
                            mesh.discovery().defaultDestinationRuleExportTo(), mesh.rootNamespace())
                    && virtualServices.defaultExportTo().equals(mesh.discovery().defaultVirtualServiceExportTo());
            if (holds) {
                return this;
            }
            List<SpecIndex.Change> all = new ArrayList<>();
            specs.byKey().forEach((_, resource) -> all.add(new SpecIndex.Change(null, resource)));
            return new Basis(
                    objects,
                    written,
                    kept,
                    specs,
                    registry,
                    DestinationRules.none(mesh.discovery().defaultDestinationRuleExportTo(), mesh.rootNamespace())
                            .with(all),
                    VirtualServices.none(mesh.discovery().defaultVirtualServiceExportTo())
                            .with(all, specs),
                    callers,
                    unfollowed,
                    scopes);
        }
    }

    private Basis basis() {
        return new Basis(
                input.objects(),
                written,
                kept,
                specs,
                registry,
                destinationRules,
                virtualServices,
                new Callers(peerPolicies, tokenKeys),
                unfollowed,
                scopes);
    }

    /** The resources of Istio's kinds that are not the objects that they were; null for one that is gone. */
    private static Map<ResourceKey, @Nullable Resource<?>> edited(
            ConfigInput input, PersistentMap<ObjectKey, ConfigObject> before) {
        Map<ResourceKey, @Nullable Resource<?>> edited = new LinkedHashMap<>();
        input.objects().differencesSince(before, (key, was, now) -> {
            if (now instanceof ConfigObject.OfIstio(Resource<?> resource)) {
                edited.put(key.resource(), resource);
            } else if (was instanceof ConfigObject.OfIstio) {
                edited.put(key.resource(), null);
            }
        });
        return edited;
    }

    /** What is to be in force of all that was edited, or is or was kept in another form than it is written. */
    private static Map<ResourceKey, @Nullable Resource<?>> inForce(
            List<SpecIndex.Change> edits, KeptRoutes before, KeptRoutes now, SpecIndex written) {
        Set<ResourceKey> keys = new LinkedHashSet<>();
        edits.forEach(edit -> keys.add(edit.key()));
        keys.addAll(before.inPlace().keySet());
        keys.addAll(now.inPlace().keySet());
        Map<ResourceKey, @Nullable Resource<?>> wanted = new LinkedHashMap<>();
        for (ResourceKey key : keys) {
            Resource<?> kept = now.inPlace().get(key);
            wanted.put(key, kept == null ? written.get(key) : kept);
        }
        return wanted;
    }

    /**
     * The next snapshot; it costs what differs from the one before.
     *
     * @param input validated config
     * @param previous the one before, or null for the first
     */
    public static MeshSnapshot build(ConfigInput input, @Nullable MeshSnapshot previous) {
        if (previous == null) {
            return new MeshSnapshot(input, null);
        }
        MeshConfig mesh = input.mesh().equals(previous.mesh) ? previous.mesh : input.mesh();
        return new MeshSnapshot(new ConfigInput(input.version(), mesh, input.objects()), previous.basis());
    }

    /** What would be said of an object if it were in force beside all others, in place of the one of its name if there is one; costs what a change costs. */
    public List<Problem> problemsOf(ConfigObject object) {
        ObjectKey key = ObjectKey.of(ConfigInput.LOCAL_CLUSTER, object.key());
        ConfigInput with =
                new ConfigInput(input.version(), mesh, input.objects().with(key, object));
        return build(with, this).problems().stream()
                .filter(problem -> object.key().equals(problem.resource()))
                .toList();
    }

    /** The version of the config that it is made from; counts up. */
    public long version() {
        return input.version();
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

    /** As long as this is the same object, VirtualServices say the same of connections, as against requests. */
    public Object connectionRules() {
        return virtualServices.ofConnections();
    }

    /** All resources of a kind, the oldest first; the same list as long as none of them changes. */
    public <S extends Spec> List<Resource<S>> all(Class<S> kind) {
        return specs.all(kind);
    }

    /** What a proxy may see; the same object for proxies that may see the same, and from snapshot to snapshot as long as nothing of it changes. */
    public WorkloadScope scope(ProxyNode node) {
        return scopes.of(node);
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
                .filter(p -> PolicyTargets.select(
                        p, PolicyTargets.of(p.spec().targetRef(), p.spec().targetRefs()), namespace, labels))
                .filter(p -> Labels.satisfy(labels, p.spec().selector()))
                .toList();
    }

    /** The keys of issuers that are not written down. */
    public TokenKeys tokenKeys() {
        return tokenKeys;
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
