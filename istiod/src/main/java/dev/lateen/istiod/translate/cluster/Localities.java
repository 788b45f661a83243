package dev.lateen.istiod.translate.cluster;

import com.google.protobuf.UInt32Value;
import dev.lateen.api.networking.LocalityLbSetting;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.registry.WorkloadInstance;
import dev.lateen.istiod.translate.resource.Protos;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Weights and priorities of localities, as seen from a client's own. */
final class Localities {
    /** How many distances there are. */
    private static final int FARTHEST = 5;

    private final ProxyNode.Locality from;
    private final Map<String, String> clientLabels;
    private final List<List<WorkloadInstance>> workloads;
    private final List<LocalityLbEndpoints.Builder> groups;

    /**
     * The localities of one service.
     *
     * @param workloads the same as the endpoints in the groups, in their order
     * @param groups are changed
     */
    Localities(
            ProxyNode.Locality from,
            Map<String, String> clientLabels,
            List<List<WorkloadInstance>> workloads,
            List<LocalityLbEndpoints.Builder> groups) {
        this.from = from;
        this.clientLabels = clientLabels;
        this.workloads = workloads;
        this.groups = groups;
    }

    /** The groups with weights or priorities; a locality whose endpoints are not all alike becomes several groups. */
    List<LocalityLbEndpoints.Builder> apply(LocalityLbSetting setting, boolean failsOver) {
        if (!setting.distribute().isEmpty()) {
            distribute(setting.distribute());
            return groups;
        }
        return failsOver ? prioritise(setting) : groups;
    }

    private void distribute(List<LocalityLbSetting.Distribute> rules) {
        for (LocalityLbSetting.Distribute rule : rules) {
            if (!covers(rule.from(), from.region(), from.zone(), from.subZone())) {
                continue;
            }
            Map<Integer, Long> shares = new HashMap<>();
            // The most specific target of a locality gets it; what one target covers shares by the number of endpoints.
            new TreeMap<>(rule.to()).descendingMap().forEach((target, percent) -> share(target, percent, shares));
            for (int i = 0; i < groups.size(); i++) {
                Long weight = shares.get(i);
                if (weight == null || weight == 0) {
                    groups.get(i).clearLbEndpoints().clearLoadBalancingWeight();
                } else {
                    groups.get(i).setLoadBalancingWeight(Protos.u32(weight));
                }
            }
            groups.removeIf(g -> g.getLbEndpointsCount() == 0);
            return;
        }
    }

    private void share(String target, long percent, Map<Integer, Long> shares) {
        long total = 0;
        for (int i = 0; i < groups.size(); i++) {
            total += shares.containsKey(i) || !covers(target, groups.get(i).getLocality()) ? 0 : weight(i);
        }
        for (int i = 0; i < groups.size() && total > 0; i++) {
            if (!shares.containsKey(i) && covers(target, groups.get(i).getLocality())) {
                shares.put(i, (long) Math.ceil((double) weight(i) * percent / total));
            }
        }
    }

    private int weight(int group) {
        UInt32Value weight = groups.get(group).getLoadBalancingWeight();
        return weight.getValue();
    }

    private List<LocalityLbEndpoints.Builder> prioritise(LocalityLbSetting setting) {
        boolean byLabels = !setting.failoverPriority().isEmpty();
        List<LocalityLbEndpoints.Builder> split = byLabels ? splitByLabels(setting.failoverPriority()) : groups;
        // Labels first; where they leave it open, and a failover is written down, the distance.
        boolean byDistance = !byLabels || !setting.failover().isEmpty();
        if (byDistance) {
            split.forEach(g -> g.setPriority(g.getPriority() * FARTHEST + distance(setting, g.getLocality())));
        }
        // Envoy wants priorities without gaps.
        TreeSet<Integer> used = new TreeSet<>();
        split.forEach(g -> used.add(g.getPriority()));
        split.forEach(g -> g.setPriority(used.headSet(g.getPriority()).size()));
        return split;
    }

    private int distance(LocalityLbSetting setting, Locality to) {
        if (!to.getRegion().equals(from.region())) {
            return isFailover(setting, to.getRegion()) ? 3 : 4;
        }
        if (!to.getZone().equals(from.zone())) {
            return 2;
        }
        return to.getSubZone().equals(from.subZone()) ? 0 : 1;
    }

    // One group for each priority: the more of the leading labels an endpoint shares with the client, the earlier it is
    // used.
    private List<LocalityLbEndpoints.Builder> splitByLabels(List<String> labels) {
        List<LocalityLbEndpoints.Builder> split = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            LocalityLbEndpoints.Builder group = groups.get(i);
            Map<Integer, LocalityLbEndpoints.Builder> parts = new TreeMap<>();
            for (int j = 0; j < group.getLbEndpointsCount(); j++) {
                int priority = labelPriority(workloads.get(i).get(j), labels);
                LocalityLbEndpoints.Builder part = parts.computeIfAbsent(
                        priority,
                        p -> group.clone()
                                .clearLbEndpoints()
                                .clearLoadBalancingWeight()
                                .setPriority(p));
                LbEndpoint endpoint = group.getLbEndpoints(j);
                part.addLbEndpoints(endpoint)
                        .setLoadBalancingWeight(
                                Protos.u32(part.getLoadBalancingWeight().getValue()
                                        + endpoint.getLoadBalancingWeight().getValue()));
            }
            split.addAll(parts.values());
        }
        return split;
    }

    private int labelPriority(WorkloadInstance workload, List<String> labels) {
        for (int i = 0; i < labels.size(); i++) {
            String label = labels.get(i);
            int equals = label.indexOf('=');
            String name = equals < 0 ? label : label.substring(0, equals);
            String wanted = equals < 0 ? clientLabels.getOrDefault(name, "") : label.substring(equals + 1);
            if (!wanted.equals(workload.label(name))) {
                return labels.size() - i;
            }
        }
        return 0;
    }

    private boolean isFailover(LocalityLbSetting setting, String region) {
        List<LocalityLbSetting.Failover> mine = setting.failover().stream()
                .filter(f -> f.from().equals(from.region()))
                .toList();
        return mine.stream().anyMatch(f -> f.to().equals(region));
    }

    private static boolean covers(String pattern, Locality locality) {
        return covers(pattern, locality.getRegion(), locality.getZone(), locality.getSubZone());
    }

    // region/zone/subzone, each part may be *, missing parts mean any.
    private static boolean covers(String pattern, String... locality) {
        String[] parts = pattern.split("/", 3);
        for (int i = 0; i < parts.length; i++) {
            if (!parts[i].equals("*") && !parts[i].equals(locality[i])) {
                return false;
            }
        }
        return true;
    }
}
