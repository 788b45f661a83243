package dev.lateen.istiod.registry;

/**
 * A service port that a proxy's own workload serves; from these come its inbound listeners.
 *
 * @param service that the workload belongs to
 * @param port of the service
 * @param targetPort where the workload listens
 */
public record ServiceTarget(Service service, ServicePort port, int targetPort) {}
