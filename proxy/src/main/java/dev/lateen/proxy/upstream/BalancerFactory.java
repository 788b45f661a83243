package dev.lateen.proxy.upstream;

import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Cluster.LbPolicy;
import dev.lateen.proxy.model.Cluster.LbSettings;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Makes the balancer of some hosts as a cluster's policy asks for. With locality weights (Envoy docs, "Locality weighted load balancing")
 * a locality is chosen first, by its weight times 1.4 times its available share; hash policies fold the weights into their tables instead.
 */
final class BalancerFactory {
    private static final double OVERPROVISIONING = 1.4;
    private static final int SCALE = 10_000;

    private final LbPolicy policy;
    private final LbSettings settings;
    private final RandomGenerator random;
    private final Timers clock;

    BalancerFactory(Cluster cluster, RandomGenerator random, Timers clock) {
        this.policy = cluster.loadBalancing().policy();
        this.settings = cluster.loadBalancing().settings();
        this.random = random;
        this.clock = clock;
    }

    private record Share(List<Host> hosts, double weight) {}

    /** @param level all hosts of a priority; @param counts which of them may be picked */
    Balancer over(List<Host> level, Predicate<Host> counts) {
        if (settings.localityWeighted()) {
            return weighted(shares(level, counts));
        }
        List<Host> usable = level.stream().filter(counts).toList();
        return usable.isEmpty() ? Balancer.EMPTY : balancer(List.of(new Share(usable, 1)));
    }

    private List<Share> shares(List<Host> level, Predicate<Host> counts) {
        Map<Locality, List<Host>> localities = new LinkedHashMap<>();
        for (Host host : level) {
            localities
                    .computeIfAbsent(host.locality(), key -> new ArrayList<>())
                    .add(host);
        }
        List<Share> shares = new ArrayList<>();
        for (List<Host> all : localities.values()) {
            List<Host> usable = all.stream().filter(counts).toList();
            double weight = all.getFirst().placement().localityWeight()
                    * Math.min(1, OVERPROVISIONING * usable.size() / all.size());
            if (weight > 0) {
                shares.add(new Share(usable, weight));
            }
        }
        return shares;
    }

    private Balancer weighted(List<Share> shares) {
        if (shares.isEmpty()) {
            return Balancer.EMPTY;
        }
        return switch (policy) {
            case RING_HASH, MAGLEV -> balancer(shares);
            case ROUND_ROBIN, LEAST_REQUEST, RANDOM, CLUSTER_PROVIDED -> byLocality(shares);
        };
    }

    private Balancer byLocality(List<Share> shares) {
        Balancer[] balancers = new Balancer[shares.size()];
        long[] weights = new long[balancers.length];
        for (int i = 0; i < balancers.length; i++) {
            balancers[i] = balancer(List.of(shares.get(i)));
            weights[i] = Math.max(1, Math.round(shares.get(i).weight() * SCALE));
        }
        return balancers.length == 1
                ? balancers[0]
                : new LocalityBalancer(balancers, WeightedSchedule.of(weights), random.nextInt());
    }

    private Balancer balancer(List<Share> shares) {
        Host[] hosts = shares.getFirst().hosts().toArray(Host[]::new);
        return switch (policy) {
            case ROUND_ROBIN -> slowStart(hosts, new RoundRobin(hosts, random.nextInt()));
            case LEAST_REQUEST -> slowStart(hosts, new LeastRequest(hosts, settings.choiceCount()));
            case RANDOM, CLUSTER_PROVIDED -> new RandomBalancer(hosts);
            case RING_HASH -> new RingHash(normalized(shares), settings.minimumRingSize());
            case MAGLEV -> new Maglev(normalized(shares), settings.maglevTableSize());
        };
    }

    private Balancer slowStart(Host[] hosts, Balancer turns) {
        return SlowStart.around(turns, hosts, settings.slowStart(), clock);
    }

    /** Each host's share of all load: its weight within its locality times the locality's. */
    private static List<Balancer.Weighted> normalized(List<Share> shares) {
        double all = shares.stream().mapToDouble(Share::weight).sum();
        List<Balancer.Weighted> weighted = new ArrayList<>();
        for (Share share : shares) {
            double sum = share.hosts().stream()
                    .mapToDouble(host -> Math.max(1, host.endpoint().weight()))
                    .sum();
            for (Host host : share.hosts()) {
                double weight = Math.max(1, host.endpoint().weight()) / sum * share.weight() / all;
                weighted.add(new Balancer.Weighted(host, weight));
            }
        }
        return weighted;
    }
}
