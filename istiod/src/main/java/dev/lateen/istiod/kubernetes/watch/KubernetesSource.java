package dev.lateen.istiod.kubernetes.watch;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.resource.Origin;
import dev.lateen.api.resource.ResourceKey;
import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.yaml.IstioKinds;
import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.config.ChangeListener;
import dev.lateen.istiod.config.ConfigSource;
import dev.lateen.istiod.input.Offers;
import dev.lateen.istiod.kubernetes.connection.ApiServer;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.kubernetes.object.Kept;
import dev.lateen.istiod.kubernetes.object.KeptPod;
import dev.lateen.istiod.kubernetes.object.MeshConfigMap;
import dev.lateen.istiod.kubernetes.object.Word;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects of one cluster, as its API server tells of them. What was told last stays whatever happens to the API server; only what it says is gone is gone. Safe
 * from any thread.
 */
public final class KubernetesSource implements ConfigSource {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesSource.class);
    private static final int NOT_FOUND = 404;
    private static final long LOOK_SECONDS = 2;

    private final ApiServer server;
    private final ClusterBootstrap bootstrap;
    private final LongSupplier nanos;
    private final KnownCluster state = new KnownCluster();
    private final KindTargets targets;
    private final Collection<Watched<?>> watched = new CopyOnWriteArrayList<>();
    /** A kind was told completely for the first time. */
    private final Semaphore synced = new Semaphore(0);
    /** Istio's kinds that the API server doesn't serve. */
    private final Set<ApiKind> absent = new LinkedHashSet<>();

    /** In which each of Istio's kinds is served, by group and kind. */
    private final Map<String, String> versions = new ConcurrentHashMap<>();

    private final CountDownLatch end = new CountDownLatch(1);
    private final Reachability reachability;

    private KubernetesSource(ApiServer server, ClusterBootstrap bootstrap, LongSupplier nanos) {
        this.server = server;
        this.bootstrap = bootstrap;
        this.nanos = nanos;
        this.reachability = new Reachability(server);
        this.targets = new KindTargets(bootstrap.id(), bootstrap.revision(), state);
    }

    /**
     * Reads all objects and begins to follow them. Blocks until everything that there is has been read.
     *
     * @param meshToo whether mesh config is read from the cluster
     * @param patience how long that may take
     * @param nanos a clock for durations
     * @throws IOException in one sentence, if it may not be read or isn't within that time
     */
    public static KubernetesSource open(
            ApiServer server, ClusterBootstrap bootstrap, boolean meshToo, Duration patience, LongSupplier nanos)
            throws IOException {
        KubernetesSource source = new KubernetesSource(server, bootstrap, nanos);
        try {
            long deadline = nanos.getAsLong() + patience.toNanos();
            // What says which others are looked at comes first.
            source.watchFirst(meshToo);
            source.awaitSync(deadline);
            source.watchRest();
            source.awaitSync(deadline);
        } catch (KubernetesClientException e) {
            source.close();
            throw new IOException(server.sentence(e), e);
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
        source.look();
        Thread.ofVirtual().name("cluster-" + bootstrap.id()).start(source::lookNowAndThen);
        return source;
    }

    private void watchFirst(boolean meshToo) {
        KubernetesClient client = server.client();
        watch("namespaces", client.namespaces(), Namespace::new, (Namespace one) -> Kept.of(one));
        if (meshToo) {
            String name = MeshConfigMap.name(bootstrap.revision());
            begin(new Watched<>(
                    "configmaps",
                    client.configMaps().inNamespace(bootstrap.namespace()).withField("metadata.name", name),
                    ConfigMap::new,
                    targets.mesh(bootstrap.namespace(), name),
                    synced::release));
        }
    }

    private void watchRest() {
        KubernetesClient client = server.client();
        watch("nodes", client.nodes(), Node::new, (Node one) -> Kept.of(one));
        watch("services", client.services().inAnyNamespace(), Service::new, (Service one) -> Kept.of(one));
        watch(
                "endpointslices",
                client.discovery().v1().endpointSlices().inAnyNamespace(),
                EndpointSlice::new,
                (EndpointSlice one) -> Kept.of(one));
        watch("pods", client.pods().inAnyNamespace(), Pod::new, KeptPod::of);
        watch(
                "serviceaccounts",
                client.serviceAccounts().inAnyNamespace(),
                ServiceAccount::new,
                (ServiceAccount one) -> Kept.of(one));
        watch(
                "secrets",
                client.secrets()
                        .inAnyNamespace()
                        .withoutField("type", "helm.sh/release.v1")
                        .withoutField("type", "kubernetes.io/service-account-token"),
                Secret::new,
                (Secret one) -> Kept.of(one));
        IstioKinds.ALL.forEach(type -> absent.add(IstioKinds.of(type)));
        watchServed();
    }

    /** Begins with those of Istio's kinds that are served by now. */
    private void watchServed() {
        Map<ApiKind, String> served = ServedKinds.among(absent, server.client());
        served.forEach((kind, version) -> {
            absent.remove(kind);
            versions.put(kind.group() + "/" + kind.kind(), version);
            KindTargets.OfIstio target = targets.new OfIstio(kind, version);
            ResourceDefinitionContext context = new ResourceDefinitionContext.Builder()
                    .withGroup(kind.group())
                    .withVersion(version)
                    .withKind(kind.kind())
                    .withPlural(kind.plural())
                    .withNamespaced(true)
                    .build();
            begin(new Watched<>(
                    kind.plural() + "." + kind.group(),
                    server.client().genericKubernetesResources(context).inAnyNamespace(),
                    GenericKubernetesResource::new,
                    target,
                    () -> {
                        target.complete();
                        synced.release();
                    }));
        });
    }

    private <T extends HasMetadata> void watch(
            String title, Informable<T> what, Supplier<T> maker, Function<T, @Nullable T> keep) {
        begin(new Watched<>(title, what, maker, targets.kubernetes(keep), synced::release));
    }

    private void begin(Watched<?> kind) {
        watched.add(kind);
        kind.start();
    }

    /** Waits for all kinds that were begun; one that may not be read ends it at once. */
    private void awaitSync(long deadline) throws IOException {
        while (true) {
            List<Watched<?>> missing =
                    watched.stream().filter(kind -> !kind.isSynced()).toList();
            for (Watched<?> kind : missing) {
                refuseForbidden(kind);
            }
            if (missing.stream().allMatch(kind -> ApiServer.code(kind.failure()) == NOT_FOUND)) {
                return;
            }
            if (nanos.getAsLong() - deadline > 0) {
                throw new IOException(late(missing));
            }
            try {
                boolean _ = synced.tryAcquire(100, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while the cluster was read", e);
            }
        }
    }

    private void refuseForbidden(Watched<?> kind) throws IOException {
        Throwable failure = kind.failure();
        int code = ApiServer.code(failure);
        if (failure != null && (code == 401 || code == 403)) {
            throw new IOException(
                    server.sentence(failure) + " (expected: rights to list and watch " + kind.title() + ")", failure);
        }
    }

    private String late(List<Watched<?>> missing) {
        String kinds = titles(missing);
        return missing.stream()
                .map(Watched::failure)
                .filter(failure -> failure != null)
                .findFirst()
                .map(failure -> server.sentence(failure) + "; not read in time: " + kinds)
                .orElse("cluster " + bootstrap.id() + ": not read in time: " + kinds);
    }

    private static String titles(Collection<Watched<?>> kinds) {
        return kinds.stream().map(Watched::title).sorted().collect(Collectors.joining(", "));
    }

    private void lookNowAndThen() {
        try {
            while (!end.await(LOOK_SECONDS, TimeUnit.SECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            LOG.debug("nobody looks after cluster {} any more", bootstrap.id());
        }
    }

    /** Looks for kinds that are served now, and says what is not followed. */
    private void look() {
        try {
            lookForGone();
            if (!absent.isEmpty()) {
                watchServed();
            }
        } catch (RuntimeException e) {
            LOG.debug("kinds of cluster {} can't be asked for", bootstrap.id(), e);
        }
        List<Problem> remarks = new ArrayList<>();
        if (!absent.isEmpty()) {
            remarks.add(Reachability.remark(
                    bootstrap.id(),
                    "kinds that the API server doesn't serve: "
                            + absent.stream()
                                    .map(kind -> kind.plural() + "." + kind.group())
                                    .sorted()
                                    .collect(Collectors.joining(", ")),
                    "Istio's CRDs; objects are read from the moment that theirs is there"));
        }
        Problem unreached = reachability.look(watched);
        if (unreached != null) {
            remarks.add(unreached);
        }
        state.remark(List.copyOf(remarks));
    }

    /**
     * Kinds whose CRD is gone, or serves other versions, are looked for anew. A watch doesn't tell that: it is tried again for ever. What was told of them last stays until
     * then.
     */
    private void lookForGone() {
        Map<ApiKind, Watched<?>> doubtful = new HashMap<>();
        for (Class<? extends Spec> type : IstioKinds.ALL) {
            ApiKind kind = IstioKinds.of(type);
            watched.stream()
                    .filter(one -> !one.isFollowed() && one.title().equals(kind.plural() + "." + kind.group()))
                    .forEach(one -> doubtful.put(kind, one));
        }
        if (doubtful.isEmpty()) {
            return;
        }
        Map<ApiKind, String> served = ServedKinds.among(doubtful.keySet(), server.client());
        doubtful.forEach((kind, one) -> {
            if (!Objects.equals(served.get(kind), versions.get(kind.group() + "/" + kind.kind()))) {
                one.close();
                watched.remove(one);
                absent.add(kind);
            }
        });
    }

    /**
     * Says what is wrong with something of the cluster that is no object of the mesh, until it is said to be well.
     *
     * @param matter what it is about
     * @param found null if nothing is wrong any more
     */
    public void note(String matter, @Nullable String found) {
        state.note(
                matter,
                found == null
                        ? null
                        : new Problem(
                                Problem.Severity.ERROR,
                                new Origin.InCluster(bootstrap.id(), "", 0, ""),
                                0,
                                null,
                                "",
                                found,
                                ""));
    }

    /** The namespaces that are looked at. */
    public List<String> namespaces() {
        return state.namespaces();
    }

    /** The version in which a kind is served; null if it isn't. */
    public @Nullable String servedVersion(ResourceKey key) {
        return versions.get(key.group() + "/" + key.kind());
    }

    /** What stands in the status of one of Istio's objects; null if nothing does. */
    public Word.@Nullable Standing standing(ResourceKey key) {
        return state.standing(key);
    }

    /** Notes what was written into the status of an object. */
    public void stands(ResourceKey key, Word.Standing now) {
        state.stands(key, now);
    }

    @Override
    public String cluster() {
        return bootstrap.id();
    }

    @Override
    public Offers current() {
        return state.current();
    }

    /** Its discovery selectors say which namespaces are looked at. */
    @Override
    public void follow(MeshConfig mesh) {
        state.choose(mesh);
    }

    @Override
    public void onChange(ChangeListener heard) {
        state.onChange(heard);
    }

    @Override
    public void close() {
        end.countDown();
        state.onChange(_ -> {});
        watched.forEach(Watched::close);
    }
}
