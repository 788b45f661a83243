package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.PodFacts;
import tools.jackson.databind.node.ObjectNode;

/** What a name in {@code inject.istio.io/templates} stands for. Called by any thread. */
@FunctionalInterface
public interface Template {
    /**
     * The part of a pod that is merged into it.
     *
     * @throws IllegalArgumentException if it can't be made for this pod: what is wrong, by name
     */
    ObjectNode render(PodFacts facts);
}
