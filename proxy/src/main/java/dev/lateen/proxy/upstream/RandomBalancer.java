package dev.lateen.proxy.upstream;

/** {@code RANDOM}: any host with equal chance; weights are not followed, as in Envoy. */
final class RandomBalancer implements Balancer {
    private final Host[] hosts;

    RandomBalancer(Host[] hosts) {
        this.hosts = hosts;
    }

    @Override
    public Host pick(PickContext context, int attempt) {
        return hosts[context.random().nextInt(hosts.length)];
    }
}
