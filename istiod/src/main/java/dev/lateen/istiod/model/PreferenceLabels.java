package dev.lateen.istiod.model;

import dev.lateen.api.mesh.MeshConfig;
import dev.lateen.api.networking.DestinationRule;
import dev.lateen.api.networking.LoadBalancer;
import dev.lateen.api.networking.LocalityLbSetting;
import dev.lateen.api.networking.TrafficPolicy;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.registry.Service;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Collects the labels that any {@code failoverPriority} or any service's {@code trafficDistribution} asks for. */
final class PreferenceLabels {
    private final Set<String> names = new TreeSet<>();

    private PreferenceLabels() {}

    static Set<String> of(MeshConfig mesh, List<Resource<DestinationRule>> rules, List<Service> services) {
        PreferenceLabels labels = new PreferenceLabels();
        labels.add(mesh.outbound().localityLbSetting());
        for (Resource<DestinationRule> rule : rules) {
            labels.add(rule.spec().trafficPolicy());
            rule.spec().subsets().forEach(s -> labels.add(s.trafficPolicy()));
        }
        services.forEach(s -> labels.names.addAll(s.distribution().preferred()));
        return Set.copyOf(labels.names);
    }

    private void add(@Nullable TrafficPolicy policy) {
        if (policy != null) {
            add(policy.loadBalancer());
            policy.portLevelSettings().forEach(p -> add(p.loadBalancer()));
        }
    }

    private void add(@Nullable LoadBalancer balancer) {
        if (balancer != null && balancer.localityLbSetting() != null) {
            add(balancer.localityLbSetting());
        }
    }

    private void add(LocalityLbSetting setting) {
        for (String label : setting.failoverPriority()) {
            int equals = label.indexOf('=');
            names.add(equals < 0 ? label : label.substring(0, equals));
        }
    }
}
