package dev.lateen.api.networking;

import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;

/** What Istio's CRD and webhook refuse in an EnvoyFilter beyond its bounds. */
final class EnvoyFilterRules {
    private EnvoyFilterRules() {}

    /** A patch says what it changes, and how, and its match fits. */
    static final class PatchFits implements Rule<EnvoyFilter.ConfigPatch> {
        @Override
        public void check(EnvoyFilter.ConfigPatch value, Report report) {
            EnvoyFilter.Patch patch = value.patch();
            if (value.applyTo() == EnvoyFilter.ApplyTo.INVALID) {
                report.refuse("applyTo", "nothing", "what is changed, such as HTTP_FILTER");
            }
            if (patch == null || patch.operation() == EnvoyFilter.Operation.INVALID) {
                report.refuse("patch", "no operation", "patch with an operation");
            } else if (patch.value() == null && patch.operation() != EnvoyFilter.Operation.REMOVE) {
                report.refuse("patch.value", "no value for " + patch.operation(), "a value");
            }
            if (value.match() != null) {
                checkMatch(value.applyTo(), value.match(), report);
            }
        }

        private static void checkMatch(EnvoyFilter.ApplyTo applyTo, EnvoyFilter.ObjectMatch match, Report report) {
            String wanted = switch (applyTo) {
                case LISTENER, FILTER_CHAIN, NETWORK_FILTER, HTTP_FILTER, LISTENER_FILTER -> "listener";
                case ROUTE_CONFIGURATION, VIRTUAL_HOST, HTTP_ROUTE -> "routeConfiguration";
                case CLUSTER -> "cluster";
                case INVALID, EXTENSION_CONFIG, BOOTSTRAP -> "";
            };
            String found = match.listener() != null
                    ? "listener"
                    : match.routeConfiguration() != null
                            ? "routeConfiguration"
                            : match.cluster() != null ? "cluster" : "";
            if (!found.isEmpty() && !wanted.isEmpty() && !found.equals(wanted)) {
                report.refuse("match." + found, "match." + found + " with applyTo " + applyTo, "match." + wanted);
            }
        }
    }

    /** What is special to waypoints goes with their context. */
    static final class WaypointMatch implements Rule<EnvoyFilter.ObjectMatch> {
        @Override
        public void check(EnvoyFilter.ObjectMatch value, Report report) {
            boolean context = value.context() == EnvoyFilter.PatchContext.WAYPOINT;
            if (context != (value.waypoint() != null)) {
                report.refuse(
                        "waypoint", context ? "no waypoint" : "waypoint", "context WAYPOINT and waypoint together");
            }
        }
    }
}
