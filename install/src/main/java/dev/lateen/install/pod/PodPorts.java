package dev.lateen.install.pod;

/**
 * Where a pod's proxy answers for itself.
 *
 * @param admin Envoy's admin interface, on the pod's loopback address (15000)
 * @param status of what Istio's agent does (15020); 0 for none
 * @param readiness {@code /healthz/ready} (15021)
 * @param stats Prometheus metrics (15090)
 */
record PodPorts(int admin, int status, int readiness, int stats) {
    private static final int LAST = 65_535;

    static PodPorts of(PodSettings settings, PodVariables variables) {
        return new PodPorts(
                settings.ports().admin(),
                settings.ports().status(),
                variables.number("ENVOY_STATUS_PORT", 1, LAST, 15021),
                variables.number("ENVOY_PROMETHEUS_PORT", 1, LAST, 15090));
    }
}
