package dev.lateen.install.run;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.run.DesiredMesh.DesiredPod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Starts and ends pods: containers, then the proxy before them; many side by side. */
final class PodLife {
    private static final String HOST_ADDRESS = "127.0.0.1";

    private final MeshControlPlane controlPlane;
    private final ProxyHost proxies;
    private final Containers containers;
    private final AddressPlan addresses;
    private final MeshLog log;

    PodLife(
            MeshControlPlane controlPlane,
            ProxyHost proxies,
            Containers containers,
            AddressPlan addresses,
            MeshLog log) {
        this.controlPlane = controlPlane;
        this.proxies = proxies;
        this.containers = containers;
        this.addresses = addresses;
        this.log = log;
    }

    /** Where a pod is or will be. */
    AddressPlan.Addresses addresses(DesiredPod pod) {
        return addresses.of(pod.plan().key());
    }

    /**
     * Pods that were to be started.
     *
     * @param pods those that run
     * @param failures why the others don't
     */
    record Started(List<PodRuntime> pods, List<String> failures) {}

    Started start(Collection<DesiredPod> missing, PodEnvironment variables) throws InterruptedException {
        var done = new AtomicInteger();
        // Addresses are given in order, by one thread; the rest goes side by side.
        List<Callable<PodRuntime>> starts = new ArrayList<>();
        List<String> failures = new CopyOnWriteArrayList<>();
        for (DesiredPod pod : missing) {
            AddressPlan.Addresses at = addresses(pod);
            starts.add(() -> {
                PodRuntime runtime = startOrTell(pod, at, variables, failures);
                log.progress("starting pods: " + done.incrementAndGet() + " of " + missing.size());
                return runtime;
            });
        }
        return new Started(inParallel(starts).stream().filter(Objects::nonNull).toList(), List.copyOf(failures));
    }

    /** Null for one that can't be started: the others of an edit are none the worse for it. */
    private @Nullable PodRuntime startOrTell(
            DesiredPod pod, AddressPlan.Addresses at, PodEnvironment variables, List<String> failures)
            throws InterruptedException {
        boolean proxied = pod.proxy() != DesiredMesh.Proxy.NONE;
        List<RunningContainer> running = containers.start(pod.plan(), at, proxied, variables);
        try {
            return start(pod, at, running);
        } catch (RuntimeException e) {
            running.forEach(RunningContainer::stop);
            failures.add(pod.plan().key() + " can't be started: "
                    + (e instanceof CommandFailure failure ? failure.getMessage() : e.toString()));
            return null;
        }
    }

    private PodRuntime start(DesiredPod pod, AddressPlan.Addresses at, List<RunningContainer> running)
            throws InterruptedException {
        PodPlan plan = pod.plan();
        if (pod.proxy() == DesiredMesh.Proxy.NONE) {
            return new PodRuntime(pod, at, "", null, running);
        }
        var role = pod.proxy() == DesiredMesh.Proxy.GATEWAY ? ProxyIdentity.Role.GATEWAY : ProxyIdentity.Role.SIDECAR;
        String nodeId = ProxyIdentity.nodeId(role, plan, at.pod());
        String bind = pod.onHost() ? HOST_ADDRESS : at.pod();
        ProxyHost.RunningProxy proxy = proxies.start(new ProxyHost.ProxySpec(
                nodeId,
                ProxyIdentity.cluster(plan),
                ProxyIdentity.metadata(role, plan, at, bind),
                at.pod(),
                plan.namespace(),
                plan.serviceAccount(),
                plan.labels(),
                plan.locality(),
                plan.annotations().getOrDefault(ProxyStart.ANNOTATION, ""),
                () -> controlPlane.token(plan.namespace(), plan.serviceAccount())));
        return new PodRuntime(pod, at, nodeId, proxy, running);
    }

    /** Ends pods and gives their addresses back, if they are not to come again at once. */
    void stop(Collection<PodRuntime> leaving, boolean forGood) throws InterruptedException {
        List<Callable<Void>> stops = new ArrayList<>();
        for (PodRuntime pod : leaving) {
            stops.add(() -> {
                pod.stop();
                return null;
            });
        }
        inParallel(stops);
        if (forGood) {
            leaving.forEach(pod -> addresses.release(pod.key()));
        }
    }

    private static <T> List<T> inParallel(List<Callable<T>> tasks) throws InterruptedException {
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException(e.getCause());
        }
        return results;
    }
}
