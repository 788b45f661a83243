package dev.lateen.proxy.route;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.RouteMatch;
import java.util.List;

/** A route's match against a request, for filters whose rules are written like routes. */
public final class RouteConditions {
    private RouteConditions() {}

    /** Whether all but {@link RouteMatch#runtimeFraction} holds, for which chance is needed. */
    public static boolean match(RouteMatch match, ExchangeFacts exchange) {
        RequestHead request = exchange.request();
        if (!PathCondition.matches(match.path(), match.caseSensitive(), request)
                || !HeaderConditions.allMatch(match.headers(), request)
                || match.grpcOnly() && !request.isGrpc()) {
            return false;
        }
        List<HeaderMatcher.QueryParameter> parameters = match.queryParameters();
        for (int i = 0; i < parameters.size(); i++) {
            if (!CompiledRoute.parameterMatches(parameters.get(i), request)) {
                return false;
            }
        }
        List<MetadataMatcher> metadata = match.metadata();
        for (int i = 0; i < metadata.size(); i++) {
            if (!metadata.get(i).matches(exchange.dynamicMetadata())) {
                return false;
            }
        }
        return true;
    }
}
