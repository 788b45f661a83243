package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.PodFacts;
import java.util.List;

/** Secrets with which the proxy's image may be pulled, beside the pod's own. */
final class PullSecrets implements Overlay {
    @Override
    public void add(Fragment fragment, PodFacts facts) {
        List<String> names = facts.settings().images().pullSecrets();
        if (!names.isEmpty()) {
            fragment.setPullSecrets(names);
        }
    }
}
