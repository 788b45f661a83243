package dev.lateen.injector;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;

/**
 * A pod, or a controller's pod template, on its way to a sidecar.
 *
 * @param metadata of the pod or template; may be edited
 * @param spec may be edited
 * @param namespace where it will run
 * @param name of the workload that owns it, such as {@code hello} for a Deployment of that name
 * @param owner such as {@code kubernetes://apis/apps/v1/namespaces/default/deployments/hello}
 */
record Workload(ObjectMeta metadata, PodSpec spec, String namespace, String name, String owner) {}
