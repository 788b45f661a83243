package dev.lateen.api.networking;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What Istio's webhook refuses in what is said of localities and zones, though its schema has nothing against it. */
final class LocalityRules {
    private LocalityRules() {}

    /** Localities in one of two ways. */
    static final class Zones implements Rule<LoadBalancer> {
        @Override
        public void check(LoadBalancer value, Report report) {
            if (value.localityLbSetting() != null && value.zoneAwareLbSetting() != null) {
                report.refuse("zoneAwareLbSetting", "localityLbSetting and zoneAwareLbSetting", "one of them");
            }
        }
    }

    /** Zones of a region are found without being told. */
    static final class ZoneAware implements Rule<ZoneAwareLbSetting> {
        private static final Set<String> FOUND =
                Set.of("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone");

        @Override
        public void check(ZoneAwareLbSetting value, Report report) {
            for (int i = 0; i < value.failoverPriority().size(); i++) {
                String label = value.failoverPriority().get(i);
                if (FOUND.contains(label)) {
                    report.refuse(
                            "failoverPriority[" + i + "]", "'" + label + "'", "labels other than those of localities");
                }
            }
            for (int i = 0; i < value.failover().size(); i++) {
                LocalityLbSetting.Failover failover = value.failover().get(i);
                String both = failover.from() + failover.to();
                if (failover.from().equals(failover.to()) || both.contains("/") || both.contains("*")) {
                    report.refuse(
                            "failover[" + i + "]",
                            "from '" + failover.from() + "' to '" + failover.to() + "'",
                            "regions that differ");
                }
            }
        }
    }

    /** The shares of localities. */
    static final class Localities implements Rule<LocalityLbSetting> {
        private static final long WHOLE = 100;

        @Override
        public void check(LocalityLbSetting value, Report report) {
            if (!value.distribute().isEmpty()
                    && !(value.failover().isEmpty() && value.failoverPriority().isEmpty())) {
                report.refuse("distribute", "distribute and failover", "one of them");
            }
            checkShares(value.distribute(), report);
            for (int i = 0; i < value.failover().size(); i++) {
                LocalityLbSetting.Failover failover = value.failover().get(i);
                if (failover.from().equals(failover.to())) {
                    report.refuse("failover[" + i + "]", "from '" + failover.from() + "' to itself", "another region");
                }
                if (failover.from().contains("/")
                        || failover.to().contains("/")
                        || failover.to().contains("*")) {
                    report.refuse("failover[" + i + "]", "a zone or a wildcard", "regions");
                }
            }
        }

        private static void checkShares(List<LocalityLbSetting.Distribute> all, Report report) {
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < all.size(); i++) {
                LocalityLbSetting.Distribute distribute = all.get(i);
                if (!seen.add(distribute.from())) {
                    report.refuse(
                            "distribute[" + i + "].from",
                            "'" + distribute.from() + "' a second time",
                            "each locality once");
                }
                long sum = 0;
                for (Map.Entry<String, Long> share : distribute.to().entrySet()) {
                    sum += share.getValue();
                }
                if (sum != WHOLE) {
                    report.refuse("distribute[" + i + "].to", "shares that add up to " + sum, "100");
                }
            }
        }
    }
}
