package dev.lateen.istiod.kubernetes.leader;

import dev.lateen.istiod.kubernetes.connection.ApiServer;
import dev.lateen.istiod.kubernetes.connection.ClusterBootstrap;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What only one of several control planes of a cluster does: who does it holds a Lease. One that ends in good order gives it back; where one is lost without a word another
 * takes over when its lease has run out. Safe from any thread.
 */
public final class Leadership implements AutoCloseable {
    /** The Lease in the control plane's namespace. */
    public static final String LEASE = "istiod-leader";

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    /** On the Lease: of which revision its holder is (Istio's name). */
    private static final String HOLDERS_REVISION = "leader.istio.io/holder-key";

    /** The durations of Kubernetes' own components. */
    private static final Duration HELD = Duration.ofSeconds(15);

    private static final Duration RENEWED_WITHIN = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final ApiServer server;
    private final ClusterBootstrap bootstrap;
    private final List<Work> work;
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Thread> working = new ArrayList<>();
    private @Nullable CompletableFuture<?> term;
    private String lastSaid = "";
    private volatile boolean leads;

    /** What the leader does, until it is interrupted. */
    public interface Work {
        /** Does it for as long as it leads; on a thread of its own. */
        void run() throws InterruptedException;
    }

    /** @param work what is done while this one leads, each on a thread of its own */
    public Leadership(ApiServer server, ClusterBootstrap bootstrap, List<Work> work) {
        this.server = server;
        this.bootstrap = bootstrap;
        this.work = List.copyOf(work);
    }

    /** Begins to be a candidate. */
    public void start() {
        Thread.ofVirtual().name("leadership").start(this::compete);
    }

    /** Whether this one leads now. */
    public boolean leads() {
        return leads;
    }

    private void compete() {
        try {
            do {
                if (mayCompete()) {
                    serveATerm();
                }
            } while (!end.await(RETRY.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            LOG.debug("no longer a candidate");
        }
    }

    /** The library tries again and again without a word of what is wrong. */
    private boolean mayCompete() {
        try {
            goBefore(lease());
            lastSaid = "";
            return true;
        } catch (KubernetesClientException e) {
            String said = server.sentence(e);
            if (!said.equals(lastSaid)) {
                LOG.warn(
                        "{}: no leader can be found by Lease {}/{}; status is not written meanwhile",
                        said,
                        bootstrap.namespace(),
                        LEASE);
                lastSaid = said;
            }
            return false;
        }
    }

    private @Nullable Lease lease() {
        return server.client()
                .leases()
                .inNamespace(bootstrap.namespace())
                .withName(LEASE)
                .get();
    }

    private LeaseLock lock() {
        return new LeaseLock(
                new ObjectMetaBuilder()
                        .withNamespace(bootstrap.namespace())
                        .withName(LEASE)
                        .withAnnotations(Map.of(HOLDERS_REVISION, DefaultRevision.named(bootstrap.revision())))
                        .build(),
                bootstrap.podName());
    }

    /**
     * Control planes of all revisions compete for one Lease, for all of them would write the same objects. As in Istio the default revision goes before others: it takes the Lease from them, and they learn of it
     * when they want to renew it.
     */
    private void goBefore(@Nullable Lease held) {
        String holder = held == null ? null : held.getSpec().getHolderIdentity();
        Map<String, String> marks = held == null ? null : held.getMetadata().getAnnotations();
        String revision = marks == null ? null : marks.get(HOLDERS_REVISION);
        String own = DefaultRevision.named(bootstrap.revision());
        if (held == null || holder == null || holder.isEmpty() || revision == null || revision.equals(own)) {
            return;
        }
        if (own.equals(DefaultRevision.of(server.client()))) {
            LOG.info("{} of revision {} leads no more: {} is the default revision", holder, revision, own);
            Map<String, String> ours = new HashMap<>(marks);
            ours.put(HOLDERS_REVISION, own);
            held.getMetadata().setAnnotations(ours);
            held.getSpec().setHolderIdentity(bootstrap.podName());
            server.client().resource(held).update();
        }
    }

    private void serveATerm() throws InterruptedException {
        CompletableFuture<?> begun;
        synchronized (this) {
            if (end.getCount() == 0) {
                return;
            }
            begun = server.client()
                    .leaderElector()
                    .withConfig(new LeaderElectionConfigBuilder()
                            .withName(LEASE)
                            .withLeaseDuration(HELD)
                            .withRenewDeadline(RENEWED_WITHIN)
                            .withRetryPeriod(RETRY)
                            .withReleaseOnCancel(true)
                            .withLock(lock())
                            .withLeaderCallbacks(new LeaderCallbacks(this::begin, this::stop, _ -> {}))
                            .build())
                    .build()
                    .start();
            term = begun;
        }
        try {
            while (!begun.isDone()) {
                await(begun);
            }
        } catch (ExecutionException | CancellationException e) {
            LOG.debug("a term ended", e);
        } finally {
            stop();
        }
    }

    /** Which revision is the default one may change while another leads. */
    private void await(CompletableFuture<?> term) throws InterruptedException, ExecutionException {
        try {
            term.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            if (!leads) {
                mayCompete();
            }
        }
    }

    private synchronized void begin() {
        if (leads || end.getCount() == 0) {
            return;
        }
        LOG.info("{} leads the control planes of cluster {}", bootstrap.podName(), bootstrap.id());
        leads = true;
        for (Work each : work) {
            working.add(Thread.ofVirtual().name("leader-work").start(() -> run(each)));
        }
    }

    private static void run(Work work) {
        try {
            work.run();
        } catch (InterruptedException e) {
            LOG.debug("another one leads");
        }
    }

    private synchronized void stop() {
        if (leads) {
            LOG.info("{} leads no more", bootstrap.podName());
        }
        leads = false;
        working.forEach(Thread::interrupt);
        working.clear();
    }

    /** Gives the Lease back, if it is held. Calls the API server. */
    @Override
    public void close() {
        CompletableFuture<?> last;
        synchronized (this) {
            end.countDown();
            last = term;
        }
        stop();
        if (last != null) {
            last.cancel(true);
        }
    }
}
