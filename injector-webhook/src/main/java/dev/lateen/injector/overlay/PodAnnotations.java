package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.PodFacts;
import java.util.List;

/** Who injected, and which container {@code kubectl logs} and {@code exec} mean. */
final class PodAnnotations implements Overlay {
    private static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";
    private static final String DEFAULT_LOGS = "kubectl.kubernetes.io/default-logs-container";

    @Override
    public void add(Fragment fragment, PodFacts facts) {
        String revision = facts.settings().revision();
        fragment.annotations().put("istio.io/rev", revision.isEmpty() ? "default" : revision);
        List<String> applications = facts.applications();
        for (String name : List.of(DEFAULT_LOGS, DEFAULT_CONTAINER)) {
            if (!applications.isEmpty() && !facts.annotations().containsKey(name)) {
                fragment.annotations().put(name, applications.getFirst());
            }
        }
    }
}
