package dev.lateen.injector;

import dev.lateen.api.yaml.StartSettings;

/** What is said of the start of a pod's proxy: by the mesh config's {@code defaultConfig}, by ProxyConfigs, by the pod. Called by any thread. */
@FunctionalInterface
public interface StartSource {
    /** Only the pod says something. */
    StartSource POD = StartSettings.Pod::own;

    /** All that is said of a pod's proxy. */
    StartSettings of(StartSettings.Pod pod);
}
