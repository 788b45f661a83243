package dev.lateen.istiod.translate;

import com.google.protobuf.UInt32Value;
import dev.lateen.api.networking.LocalityLbSetting;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.registry.WorkloadInstance;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Weights and priorities of localities, as seen from a client's own. */
final class Localities {
    private final ProxyNode.Locality from;
    private final List<List<WorkloadInstance>> workloads;
    private final List<LocalityLbEndpoints.Builder> groups;

    Localities(
            ProxyNode.Locality from, List<List<WorkloadInstance>> workloads, List<LocalityLbEndpoints.Builder> groups) {
        this.from = from;
        this.workloads = workloads;
        this.groups = groups;
    }

    void apply(LocalityLbSetting setting, boolean failsOver) {
        if (!setting.distribute().isEmpty()) {
            distribute(setting.distribute());
        } else if (failsOver) {
            prioritise(setting);
        }
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

    private void prioritise(LocalityLbSetting setting) {
        int[] priorities = new int[groups.size()];
        for (int i = 0; i < priorities.length; i++) {
            boolean byLabels = !setting.failoverPriority().isEmpty();
            priorities[i] = byLabels
                    ? labelPriority(i, setting.failoverPriority())
                    : distance(groups.get(i).getLocality());
            boolean mayFailOver = !byLabels || !setting.failover().isEmpty();
            if (mayFailOver && !groups.get(i).getLocality().getRegion().equals(from.region())) {
                priorities[i] += isFailover(setting, groups.get(i).getLocality().getRegion()) ? 0 : 1;
            }
        }
        // Envoy wants priorities without gaps.
        TreeSet<Integer> used = new TreeSet<>();
        for (int priority : priorities) {
            used.add(priority);
        }
        for (int i = 0; i < priorities.length; i++) {
            groups.get(i).setPriority(used.headSet(priorities[i]).size());
        }
    }

    private int distance(Locality to) {
        if (!to.getRegion().equals(from.region())) {
            return 3;
        }
        if (!to.getZone().equals(from.zone())) {
            return 2;
        }
        return to.getSubZone().equals(from.subZone()) ? 0 : 1;
    }

    // The more of the leading labels an endpoint shares with the client, the earlier it is used. Only topology labels
    // are known here.
    private int labelPriority(int group, List<String> labels) {
        int matched = 0;
        for (String label : labels) {
            int equals = label.indexOf('=');
            String key = equals < 0 ? label : label.substring(0, equals);
            boolean same = switch (key) {
                case "topology.kubernetes.io/region" ->
                    groups.get(group).getLocality().getRegion().equals(from.region());
                case "topology.kubernetes.io/zone" ->
                    groups.get(group).getLocality().getZone().equals(from.zone());
                case "topology.istio.io/subzone" ->
                    groups.get(group).getLocality().getSubZone().equals(from.subZone());
                default ->
                    equals >= 0
                            && workloads.get(group).stream()
                                    .allMatch(w -> label.substring(equals + 1)
                                            .equals(w.labels().get(key)));
            };
            if (!same) {
                break;
            }
            matched++;
        }
        return labels.size() - matched;
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
