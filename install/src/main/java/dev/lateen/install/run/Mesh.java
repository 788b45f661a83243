package dev.lateen.install.run;

import dev.lateen.install.run.DesiredMesh.DesiredPod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * The pods that run, brought into line with the pods that ought to. One thread reconciles; it may read the state from others.
 */
final class Mesh {
    private static final String HOST_ADDRESS = "127.0.0.1";

    private final ControlPlane controlPlane;
    private final ProxyHost proxies;
    private final Containers containers;
    private final ServiceLookup services;
    private final GeneratedConfig generated;
    private final AddressPlan addresses;
    private final MeshLog log;
    private volatile Map<String, PodRuntime> pods = Map.of();
    private volatile boolean up;

    Mesh(
            ControlPlane controlPlane,
            ProxyHost proxies,
            Containers containers,
            ServiceLookup services,
            GeneratedConfig generated,
            AddressPlan addresses,
            MeshLog log) {
        this.controlPlane = controlPlane;
        this.proxies = proxies;
        this.containers = containers;
        this.services = services;
        this.generated = generated;
        this.addresses = addresses;
        this.log = log;
    }

    /** What a reconciliation did. */
    record Change(List<String> started, List<String> stopped) {
        boolean isNothing() {
            return started.isEmpty() && stopped.isEmpty();
        }
    }

    Collection<PodRuntime> pods() {
        return pods.values();
    }

    /** Whether every proxy has the newest config. */
    boolean isInSync() {
        Set<String> inSync = controlPlane.inSync();
        return pods.values().stream().allMatch(pod -> pod.nodeId().isEmpty() || inSync.contains(pod.nodeId()));
    }

    /** Whether it has once been complete and is in sync now: what {@code /ready} answers. */
    boolean isUp() {
        return up && isInSync();
    }

    void markUp() {
        up = true;
    }

    long proxies() {
        return pods.values().stream().filter(pod -> !pod.nodeId().isEmpty()).count();
    }

    long proxiesInSync() {
        Set<String> inSync = controlPlane.inSync();
        return pods.values().stream()
                .filter(pod -> inSync.contains(pod.nodeId()))
                .count();
    }

    /** Addresses and files for the pods to come, so that the control plane knows them before their proxies connect. */
    void announce(DesiredMesh desired) {
        generated.writeServices(desired.gatewayServices());
        List<GeneratedConfig.PodFact> facts = new ArrayList<>();
        for (DesiredPod pod : desired.pods()) {
            facts.add(new GeneratedConfig.PodFact(
                    pod.plan(), pod.proxy(), addresses.of(pod.plan().key()).pod(), true));
        }
        generated.writePods(facts);
    }

    /**
     * Starts what is missing, and stops what is too much once the new is there and nobody is sent to the old any more.
     *
     * @param settle waits until the proxies have heard of what came after the given version of the config; called between the steps
     */
    Change reconcile(DesiredMesh desired, Manifests manifests, LongConsumer settle) throws InterruptedException {
        Map<String, DesiredPod> wanted = new LinkedHashMap<>();
        desired.pods().forEach(pod -> wanted.put(pod.plan().key(), pod));
        Map<String, PodRuntime> now = new LinkedHashMap<>(pods);
        List<PodRuntime> changed = now.values().stream()
                .filter(pod -> isReplaced(pod, wanted.get(pod.key())))
                .toList();
        // A pod that keeps its name can't run beside its successor.
        stopAll(changed, now);
        List<DesiredPod> missing = wanted.values().stream()
                .filter(pod -> !now.containsKey(pod.plan().key()))
                .toList();
        startAll(missing, manifests).forEach(pod -> now.put(pod.key(), pod));
        pods = Map.copyOf(ordered(now, wanted));
        List<PodRuntime> leaving = now.values().stream()
                .filter(pod -> !wanted.containsKey(pod.key()))
                .toList();
        long before = controlPlane.configVersion();
        update(desired, leaving, true);
        if (!leaving.isEmpty()) {
            settle.accept(before);
            before = controlPlane.configVersion();
            update(desired, leaving, false);
            settle.accept(before);
            stopAll(leaving, now);
            leaving.forEach(pod -> addresses.release(pod.key()));
            pods = ordered(now, wanted);
            update(desired, List.of(), true);
        }
        pods = ordered(now, wanted);
        return new Change(
                missing.stream().map(pod -> pod.plan().key()).toList(),
                leaving.stream().map(PodRuntime::key).toList());
    }

    void stop() throws InterruptedException {
        stopAll(List.copyOf(pods.values()), new LinkedHashMap<>());
        pods = Map.of();
    }

    private static boolean isReplaced(PodRuntime pod, DesiredPod wanted) {
        return wanted != null
                && (!wanted.plan().fingerprint().equals(pod.desired().plan().fingerprint())
                        || wanted.proxy() != pod.desired().proxy());
    }

    private static Map<String, PodRuntime> ordered(Map<String, PodRuntime> pods, Map<String, DesiredPod> wanted) {
        Map<String, PodRuntime> ordered = new LinkedHashMap<>();
        wanted.keySet().stream().filter(pods::containsKey).forEach(key -> ordered.put(key, pods.get(key)));
        pods.forEach(ordered::putIfAbsent);
        return ordered;
    }

    /** Tells the control plane and the pods without sidecars who is there; who leaves is named but not ready, or not named at all. */
    private void update(DesiredMesh desired, List<PodRuntime> leaving, boolean leavingReady) {
        List<GeneratedConfig.PodFact> facts = new ArrayList<>();
        List<ServiceLookup.PodAt> at = new ArrayList<>();
        for (PodRuntime pod : pods.values()) {
            boolean ready = leavingReady
                    || leaving.stream().noneMatch(other -> other.key().equals(pod.key()));
            facts.add(new GeneratedConfig.PodFact(
                    pod.desired().plan(), pod.desired().proxy(), pod.addresses().pod(), ready));
            if (ready) {
                at.add(new ServiceLookup.PodAt(
                        pod.desired().plan(), pod.addresses().pod()));
            }
        }
        generated.writeServices(desired.gatewayServices());
        generated.writePods(facts);
        services.update(desired.services(), at);
    }

    private List<PodRuntime> startAll(List<DesiredPod> missing, Manifests manifests) throws InterruptedException {
        PodEnvironment variables = new PodEnvironment(manifests);
        var done = new AtomicInteger();
        // Addresses are given in order, by one thread; the rest goes side by side.
        List<Callable<PodRuntime>> starts = new ArrayList<>();
        for (DesiredPod pod : missing) {
            AddressPlan.Addresses at = addresses.of(pod.plan().key());
            starts.add(() -> {
                PodRuntime runtime = start(pod, at, variables);
                log.progress("starting pods: " + done.incrementAndGet() + " of " + missing.size());
                return runtime;
            });
        }
        return inParallel(starts);
    }

    private PodRuntime start(DesiredPod pod, AddressPlan.Addresses at, PodEnvironment variables)
            throws InterruptedException {
        PodPlan plan = pod.plan();
        boolean proxied = pod.proxy() != DesiredMesh.Proxy.NONE;
        List<RunningContainer> running = containers.start(plan, at, proxied, variables);
        if (!proxied) {
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
                () -> controlPlane.token(plan.namespace(), plan.serviceAccount())));
        return new PodRuntime(pod, at, nodeId, proxy, running);
    }

    private void stopAll(List<PodRuntime> leaving, Map<String, PodRuntime> from) throws InterruptedException {
        List<Callable<Void>> stops = new ArrayList<>();
        for (PodRuntime pod : leaving) {
            stops.add(() -> {
                pod.stop();
                return null;
            });
        }
        inParallel(stops);
        leaving.forEach(pod -> from.remove(pod.key()));
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
