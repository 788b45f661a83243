package dev.lateen.install.run;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells on the terminal which pods come and go, and what becomes of their containers meanwhile. One thread reports. */
final class PodReport {
    private final MeshLog log;
    /** The last word of each container, by pod. */
    private Map<String, List<String>> states = Map.of();
    /** What proxies can't build, as it stands; many pods may have the same. */
    private Set<String> gaps = Set.of();

    private String trouble = "";
    /** Which pods could not be started at the last try. */
    private List<String> failures = List.of();

    PodReport(MeshLog log) {
        this.log = log;
    }

    void changed(Mesh.Change change) {
        change.started()
                .forEach(pod -> log.line(
                        "started " + pod.key() + " at " + pod.addresses().pod()
                                + (pod.containers().isEmpty() ? "" : "; " + MeshTable.containers(pod))));
        stopped(change.stopped());
        change.failures().stream()
                .filter(failure -> !failures.contains(failure))
                .forEach(log::line);
        failures = change.failures();
        change.kept()
                .forEach(pod -> log.line("kept " + pod.key() + ": it serves until the new pods of "
                        + pod.desired().plan().workload() + " are ready"));
    }

    /** Tells once why the copy of what the control plane knows can't be written, and once that it can again. */
    void trouble(String now) {
        if (!now.equals(trouble)) {
            log.line(
                    now.isEmpty()
                            ? "the copy of what the control plane knows is written again"
                            : now + "; until it can be, that copy of what the control plane knows is an old one");
        }
        trouble = now;
    }

    /** Once for each text, with the first of the pods that have it. */
    private void tellGaps(Collection<PodRuntime> pods) {
        Set<String> now = new HashSet<>();
        for (PodRuntime pod : pods) {
            for (String gap : pod.gaps()) {
                if (now.add(gap) && !gaps.contains(gap)) {
                    log.line(pod.key() + ": " + gap);
                }
            }
        }
        gaps = now;
    }

    void stopped(List<PodRuntime> stopped) {
        stopped.forEach(pod -> log.line("stopped " + pod.key()));
    }

    /** Tells which containers are otherwise than when it looked last; a pod it has not seen yet was told of elsewhere. */
    void look(Collection<PodRuntime> pods) {
        tellGaps(pods);
        Map<String, List<String>> now = new HashMap<>();
        for (PodRuntime pod : pods) {
            List<String> fresh =
                    pod.containers().stream().map(RunningContainer::state).toList();
            List<String> before = states.getOrDefault(pod.key(), fresh);
            for (int i = 0; i < Math.min(fresh.size(), before.size()); i++) {
                if (!fresh.get(i).equals(before.get(i))) {
                    log.line(pod.key() + ": " + fresh.get(i));
                }
            }
            now.put(pod.key(), fresh);
        }
        states = now;
    }
}
