package dev.lateen.proxy.listener;

/** Where listeners of tests are, which are bound to any free port. */
public final class BoundPorts {
    private BoundPorts() {}

    /** The port of the listener of a name, which there is. */
    public static int of(Listeners listeners, String name) {
        return listeners.status().stream()
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow()
                .address()
                .getPort();
    }
}
