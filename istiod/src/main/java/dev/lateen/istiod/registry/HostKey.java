package dev.lateen.istiod.registry;

/** What tells one service from all others of a mesh, in however many clusters it is declared. */
record HostKey(String hostname, String namespace) {
    static HostKey of(Service service) {
        return new HostKey(service.hostname(), service.namespace());
    }
}
