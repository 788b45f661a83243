package dev.lateen.istiod.kubernetes;

import dev.lateen.istiod.ca.AuthorityReader;
import dev.lateen.istiod.ca.CertificateAuthority;
import dev.lateen.istiod.ca.TokenCheck;
import dev.lateen.istiod.config.ConfigSource;
import dev.lateen.istiod.kubernetes.connection.ApiServer;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import dev.lateen.istiod.kubernetes.identity.RootConfigMaps;
import dev.lateen.istiod.kubernetes.identity.SharedAuthority;
import dev.lateen.istiod.kubernetes.identity.TokenReviews;
import dev.lateen.istiod.kubernetes.leader.DefaultRevision;
import dev.lateen.istiod.kubernetes.leader.Leadership;
import dev.lateen.istiod.kubernetes.status.MeshFacts;
import dev.lateen.istiod.kubernetes.status.StatusCalls;
import dev.lateen.istiod.kubernetes.status.StatusWriter;
import dev.lateen.istiod.kubernetes.watch.KubernetesSource;
import dev.lateen.istiod.webhook.InjectionRegistration;
import dev.lateen.istiod.webhook.ValidationRegistration;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A cluster that a control plane belongs to: its objects, what is written back to it, and who of several control planes leads. Safe from any thread. */
public final class HomeCluster implements AutoCloseable {
    /** For everything to be read once. Not ready until then; to end and begin anew would only make a busy machine busier. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final ClusterBootstrap bootstrap;
    private final ApiServer server;
    private final KubernetesSource source;
    private volatile @Nullable SharedAuthority shared;
    private volatile @Nullable Leadership leadership;
    private volatile List<Thread> registrars = List.of();

    private HomeCluster(ClusterBootstrap bootstrap, ApiServer server, KubernetesSource source) {
        this.bootstrap = bootstrap;
        this.server = server;
        this.source = source;
    }

    /**
     * Connects to a cluster and reads all of it. Blocks.
     *
     * @param meshToo whether mesh config is read there; a file of mesh config takes its place, as in Istio
     * @param nanos a clock for durations, such as {@code System::nanoTime}
     * @throws IOException in one sentence, if it can't be reached or may not be read
     */
    public static HomeCluster open(Vertx vertx, ClusterBootstrap bootstrap, boolean meshToo, LongSupplier nanos)
            throws IOException {
        ApiServer server = ApiServer.connect(vertx, bootstrap);
        try {
            return new HomeCluster(
                    bootstrap, server, KubernetesSource.open(server, bootstrap, meshToo, PATIENCE, nanos));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** Its objects. */
    public ConfigSource source() {
        return source;
    }

    /**
     * The authority that the control planes of the cluster share, made if there is none, and followed. Blocks.
     *
     * @throws IOException in one sentence, if it can't be read or makes no sense
     */
    public CertificateAuthority authority(String trustDomain, AuthorityReader reader) throws IOException {
        SharedAuthority opened = SharedAuthority.open(server, bootstrap.namespace(), trustDomain, reader, source::note);
        shared = opened;
        return opened.authority();
    }

    /** Says whose tokens of the cluster are. */
    public TokenCheck tokens(LongSupplier nanos) {
        return new TokenReviews(server, nanos);
    }

    /** The namespace of the control plane. */
    public String namespace() {
        return bootstrap.namespace();
    }

    /** The names by which the control plane's Service is called, for its certificate. */
    public List<String> names() {
        String namespace = bootstrap.namespace();
        List<String> names = new ArrayList<>();
        for (String service : bootstrap.revision().isEmpty()
                ? List.of("istiod")
                : List.of("istiod-" + bootstrap.revision(), "istiod")) {
            String name = service + "." + namespace;
            names.addAll(List.of(name + ".svc", name + ".svc.cluster.local", name));
        }
        return List.copyOf(names);
    }

    /**
     * Begins to do what is for the leader to do, whenever this control plane leads: what becomes of objects is written back to them, what everyone trusts into each namespace, and the
     * authority that they share is kept.
     *
     * @param authority whose root that is
     */
    public void begin(MeshFacts facts, CertificateAuthority authority, InstantSource clock) {
        List<Leadership.Work> work = new ArrayList<>(List.of(
                new StatusWriter(source, facts, new StatusCalls(server), clock),
                new RootConfigMaps(server, source, authority)));
        SharedAuthority kept = shared;
        if (kept != null) {
            work.add(kept::keep);
        }
        Leadership begun = new Leadership(server, bootstrap, work);
        leadership = begun;
        begun.start();
    }

    /**
     * Keeps the registrations of the webhooks right from now on: by whose root their certificate is checked, and that the validation's word is binding once it is heard. Leader or not.
     *
     * @param rootPem the root as it is now
     */
    public void register(Supplier<String> rootPem) {
        String revision = DefaultRevision.named(bootstrap.revision());
        boolean isDefault = revision.equals(DefaultRevision.NAME);
        ValidationRegistration registration = new ValidationRegistration(
                server.client(),
                "istio-validator" + (isDefault ? "" : "-" + revision) + "-" + bootstrap.namespace(),
                bootstrap.namespace(),
                Map.of("istio.io/rev", revision),
                rootPem);
        InjectionRegistration injector = new InjectionRegistration(
                server.client(), Map.of("app", "sidecar-injector", "istio.io/rev", revision), rootPem);
        registrars = List.of(
                Thread.ofVirtual().name("webhook registration").start(registration::follow),
                Thread.ofVirtual().name("injector registration").start(injector::follow));
    }

    /** Gives up the lead and stops following it; what its source said last stays. Calls the API server. */
    @Override
    public void close() {
        Leadership begun = leadership;
        if (begun != null) {
            begun.close();
        }
        registrars.forEach(Thread::interrupt);
        SharedAuthority opened = shared;
        if (opened != null) {
            opened.close();
        }
        source.close();
        server.close();
    }
}
