package dev.lateen.istiod.translate.route;

import com.google.protobuf.BoolValue;
import dev.lateen.api.networking.CorsPolicy;
import dev.lateen.api.networking.GrpcStatusNames;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.HttpRoute.FaultInjection;
import dev.lateen.api.networking.Percent;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.StringMatchers;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a route asks of the fault and CORS filters. */
final class RouteFilterConfigs {
    private RouteFilterConfigs() {}

    static void apply(Route.Builder route, HttpRoute http) {
        HTTPFault fault = fault(http.fault());
        if (fault != null) {
            route.putTypedPerFilterConfig("envoy.filters.http.fault", Protos.any(fault));
        }
        if (http.corsPolicy() != null) {
            route.putTypedPerFilterConfig("envoy.filters.http.cors", Protos.any(cors(http.corsPolicy())));
        }
    }

    private static @Nullable HTTPFault fault(@Nullable FaultInjection fault) {
        if (fault == null) {
            return null;
        }
        HTTPFault.Builder out = HTTPFault.newBuilder();
        HttpRoute.Delay delay = fault.delay();
        if (delay != null && delay.fixedDelay() != null) {
            FractionalPercent share = delay.percentage() == null
                    ? FractionalPercent.newBuilder()
                            .setNumerator(delay.percent())
                            .build()
                    : share(delay.percentage());
            out.setDelay(FaultDelay.newBuilder()
                    .setFixedDelay(Protos.duration(delay.fixedDelay()))
                    .setPercentage(share));
        }
        HttpRoute.Abort abort = fault.abort();
        if (abort != null) {
            FaultAbort.Builder how = FaultAbort.newBuilder()
                    .setPercentage(
                            abort.percentage() == null
                                    ? FractionalPercent.getDefaultInstance()
                                    : share(abort.percentage()));
            if (abort.httpStatus() != null) {
                out.setAbort(how.setHttpStatus(abort.httpStatus()));
            } else if (abort.grpcStatus() != null) {
                int code = GrpcStatusNames.NAMES.indexOf(abort.grpcStatus().toUpperCase(Locale.ROOT));
                out.setAbort(how.setGrpcStatus(code < 0 ? 2 : code));
            }
        }
        return out.hasDelay() || out.hasAbort() ? out.build() : null;
    }

    static FractionalPercent share(Percent percent) {
        return FractionalPercent.newBuilder()
                .setNumerator((int) Math.round(percent.value() * 10_000))
                .setDenominator(FractionalPercent.DenominatorType.MILLION)
                .build();
    }

    private static io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy cors(CorsPolicy policy) {
        var out = io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy.newBuilder();
        policy.allowOrigins().forEach(o -> out.addAllowOriginStringMatch(StringMatchers.matcher(o)));
        if (policy.allowOrigins().isEmpty()) {
            policy.allowOrigin()
                    .forEach(o -> out.addAllowOriginStringMatch(
                            StringMatcher.newBuilder().setExact(o)));
        }
        out.setFilterEnabled(RuntimeFractionalPercent.newBuilder()
                        .setDefaultValue(FractionalPercent.newBuilder().setNumerator(100)))
                .setAllowMethods(String.join(",", policy.allowMethods()))
                .setAllowHeaders(String.join(",", policy.allowHeaders()))
                .setExposeHeaders(String.join(",", policy.exposeHeaders()))
                .setForwardNotMatchingPreflights(
                        BoolValue.of(policy.unmatchedPreflights() != CorsPolicy.UnmatchedPreflights.IGNORE));
        if (policy.allowCredentials() != null) {
            out.setAllowCredentials(BoolValue.of(policy.allowCredentials()));
        }
        if (policy.maxAge() != null) {
            out.setMaxAge(Long.toString(policy.maxAge().toSeconds()));
        }
        return out.build();
    }
}
