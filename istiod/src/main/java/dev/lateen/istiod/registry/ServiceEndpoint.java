package dev.lateen.istiod.registry;

/**
 * A workload serving one port of a service.
 *
 * @param workload who serves
 * @param port where, on the workload
 */
public record ServiceEndpoint(WorkloadInstance workload, int port) {

    /** The address to connect to. */
    public String address() {
        return workload.address();
    }
}
