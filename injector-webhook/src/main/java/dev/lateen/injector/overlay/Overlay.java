package dev.lateen.injector.overlay;

import dev.lateen.injector.pod.PodFacts;

/** One concern of injection: it adds what it knows of to the fragment of one pod. Pure but for that. */
@FunctionalInterface
interface Overlay {
    void add(Fragment fragment, PodFacts facts);
}
