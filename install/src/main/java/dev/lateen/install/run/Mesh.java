package dev.lateen.install.run;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.run.DesiredMesh.DesiredPod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The pods that run, brought into line with the pods that ought to. Requests are sent to a pod only while it is ready, and one that is replaced by others
 * stays until they are. One thread reconciles; others may read the state.
 */
final class Mesh {
    private final MeshControlPlane controlPlane;
    private final PodLife life;
    private final ServiceLookup services;
    private final GeneratedConfig generated;
    private DesiredMesh desired = DesiredMesh.EMPTY;
    /** What the control plane was told last: by pod address, whether it is ready. */
    private Map<String, Boolean> told = Map.of();

    /** Whether something else is desired than when the control plane was told. */
    private boolean isNews = true;

    /** Whether the copy of what it was told is written. */
    private boolean isWritten;

    /** Why that can't be written; empty if it can. */
    private String trouble = "";

    private volatile Map<String, PodRuntime> pods = Map.of();
    private volatile boolean up;

    Mesh(MeshControlPlane controlPlane, PodLife life, ServiceLookup services, GeneratedConfig generated) {
        this.controlPlane = controlPlane;
        this.life = life;
        this.services = services;
        this.generated = generated;
    }

    /**
     * What a reconciliation did.
     *
     * @param started the new pods
     * @param stopped those that are gone
     * @param kept those that ought to be gone, but whose successors are not ready
     * @param failures why others could not be started
     */
    record Change(List<PodRuntime> started, List<PodRuntime> stopped, List<PodRuntime> kept, List<String> failures) {}

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

    /** Why the copy of what the control plane was told can't be written; empty if it can. It is tried again with each refresh. */
    String trouble() {
        return trouble;
    }

    /** Addresses and files for the first pods, as if they were ready, so that the control plane knows all before their proxies connect. */
    void announce(DesiredMesh first) {
        desired = first;
        isNews = true;
        tell(first.pods(), true, List.of());
    }

    /** Starts the first pods; they are told apart as ready or not when {@link #refresh} is called. */
    void start(Manifests manifests) throws InterruptedException {
        PodLife.Started started = life.start(desired.pods(), new PodEnvironment(manifests));
        keep(started.pods());
        if (!started.failures().isEmpty()) {
            throw new CommandFailure(CommandFailure.FAILED, String.join("\n", started.failures()));
        }
    }

    /** Tells who is ready, if that has changed since it was told last. */
    void refresh() {
        tell(List.of(), false, List.of());
    }

    /** Starts what is missing, and stops what is too much once the new is ready and nobody is sent to the old any more. */
    Change reconcile(DesiredMesh next, Manifests manifests, Pace pace) throws InterruptedException {
        desired = next;
        isNews = true;
        PodEnvironment variables = new PodEnvironment(manifests);
        List<PodRuntime> started = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        // A pod that keeps its name can't run beside its successor: one after the other, so that the others serve
        // meanwhile.
        for (DesiredPod pod : next.pods()) {
            PodRuntime old = pods.get(pod.plan().key());
            if (old != null && isReplaced(old, pod)) {
                leave(List.of(old), false, pace);
                started.addAll(start(List.of(pod), variables, pace, failures));
            }
        }
        List<DesiredPod> missing = next.pods().stream()
                .filter(pod -> !pods.containsKey(pod.plan().key()))
                .toList();
        started.addAll(start(missing, variables, pace, failures));
        List<PodRuntime> stopped = retire(pace);
        return new Change(started, stopped, leftovers(), failures);
    }

    /** Stops those that ought to be gone and whose successors are ready by now. */
    List<PodRuntime> retire(Pace pace) throws InterruptedException {
        List<PodRuntime> leaving =
                leftovers().stream().filter(this::isReplaceable).toList();
        leave(leaving, true, pace);
        return leaving;
    }

    void stop() throws InterruptedException {
        life.stop(List.copyOf(pods.values()), true);
        pods = Map.of();
    }

    private List<PodRuntime> start(List<DesiredPod> missing, PodEnvironment variables, Pace pace, List<String> failures)
            throws InterruptedException {
        tell(missing, false, List.of());
        PodLife.Started result = life.start(missing, variables);
        failures.addAll(result.failures());
        List<PodRuntime> started = result.pods();
        keep(started);
        pace.awaitStart(() -> {
            refresh();
            return started.stream().noneMatch(PodRuntime::isStarting);
        });
        return started;
    }

    /** Nobody is sent to them any more; when everybody knows, they end. */
    private void leave(List<PodRuntime> leaving, boolean forGood, Pace pace) throws InterruptedException {
        if (leaving.isEmpty()) {
            return;
        }
        // First of all everybody has to know whom to ask instead.
        awaitHeard(pace);
        tell(List.of(), false, leaving);
        awaitHeard(pace);
        life.stop(leaving, forGood);
        Map<String, PodRuntime> left = new LinkedHashMap<>(pods);
        leaving.forEach(pod -> left.remove(pod.key()));
        pods = left;
        refresh();
    }

    private void awaitHeard(Pace pace) throws InterruptedException {
        pace.awaitHeard(() -> controlPlane.knows(told) && isInSync());
    }

    private List<PodRuntime> leftovers() {
        Set<String> wanted =
                desired.pods().stream().map(pod -> pod.plan().key()).collect(Collectors.toSet());
        return pods.values().stream().filter(pod -> !wanted.contains(pod.key())).toList();
    }

    /** Fewer of the same may leave at once; what is replaced by another version stays until all of that is ready. */
    private boolean isReplaceable(PodRuntime old) {
        PodPlan plan = old.desired().plan();
        List<DesiredPod> successors = desired.pods().stream()
                .filter(pod -> pod.plan().workloadKey().equals(plan.workloadKey()))
                .toList();
        boolean sameVersion =
                successors.stream().anyMatch(pod -> pod.plan().fingerprint().equals(plan.fingerprint()));
        return !old.isReady()
                || sameVersion
                || successors.stream().allMatch(pod -> {
                    PodRuntime successor = pods.get(pod.plan().key());
                    return successor != null && successor.isReady();
                });
    }

    private static boolean isReplaced(PodRuntime pod, DesiredPod wanted) {
        return !wanted.plan().fingerprint().equals(pod.desired().plan().fingerprint())
                || wanted.proxy() != pod.desired().proxy();
    }

    /** Takes new ones in, in the order of the manifests. */
    private void keep(List<PodRuntime> started) {
        Map<String, PodRuntime> now = new LinkedHashMap<>(pods);
        started.forEach(pod -> now.put(pod.key(), pod));
        Map<String, PodRuntime> ordered = new LinkedHashMap<>();
        for (DesiredPod pod : desired.pods()) {
            PodRuntime running = now.remove(pod.plan().key());
            if (running != null) {
                ordered.put(running.key(), running);
            }
        }
        ordered.putAll(now);
        pods = ordered;
    }

    /** Tells the control plane, and the pods without sidecars, who is there and who is ready. */
    private void tell(Collection<DesiredPod> coming, boolean comingReady, List<PodRuntime> leaving) {
        Set<String> gone = leaving.stream().map(PodRuntime::key).collect(Collectors.toSet());
        Map<String, Boolean> ready = new LinkedHashMap<>();
        List<GeneratedConfig.PodFact> facts = new ArrayList<>();
        List<ServiceLookup.PodAt> at = new ArrayList<>();
        for (PodRuntime pod : pods.values()) {
            boolean isReady = pod.isReady() && !gone.contains(pod.key());
            ready.put(pod.addresses().pod(), isReady);
            facts.add(fact(pod.desired(), pod.addresses(), isReady));
            if (isReady) {
                at.add(new ServiceLookup.PodAt(
                        pod.desired().plan(), pod.addresses().pod()));
            }
        }
        for (DesiredPod pod : coming) {
            AddressPlan.Addresses addresses = life.addresses(pod);
            ready.put(addresses.pod(), comingReady);
            facts.add(fact(pod, addresses, comingReady));
        }
        if (!ready.equals(told) || isNews) {
            services.update(desired.services(), at);
            controlPlane.tell(GeneratedConfig.objects(desired.gatewayServices(), facts));
            told = ready;
            isNews = false;
            isWritten = false;
        }
        if (!isWritten) {
            write(facts);
        }
    }

    private void write(List<GeneratedConfig.PodFact> facts) {
        try {
            generated.write(desired.gatewayServices(), facts);
            isWritten = true;
            trouble = "";
        } catch (IOException e) {
            trouble = generated.directory() + " can't be written: " + IoReason.of(e);
        }
    }

    private static GeneratedConfig.PodFact fact(DesiredPod pod, AddressPlan.Addresses at, boolean ready) {
        return new GeneratedConfig.PodFact(pod.plan(), pod.proxy(), at.pod(), ready);
    }
}
