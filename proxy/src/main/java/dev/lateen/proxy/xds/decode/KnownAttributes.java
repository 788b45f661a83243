package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.expression.AttributeNames;
import dev.lateen.proxy.expression.Expression;
import dev.lateen.proxy.model.AccessLogFilter;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.List;

/** Whoever asks for an attribute that exchanges and sessions have no values for is told, since its value is unknown for ever. */
final class KnownAttributes {
    private KnownAttributes() {}

    /** Names what a filter asks for in vain. */
    static void check(AccessLogFilter filter, ProtoNode at, DecodeScope scope) {
        switch (filter) {
            case AccessLogFilter.Condition condition -> check(condition.expression(), at, scope);
            case AccessLogFilter.And and -> check(and.all(), at, scope);
            case AccessLogFilter.Or or -> check(or.any(), at, scope);
            case AccessLogFilter.StatusCode _,
                    AccessLogFilter.DurationMillis _,
                    AccessLogFilter.NotHealthCheck _,
                    AccessLogFilter.Traceable _,
                    AccessLogFilter.Sampled _,
                    AccessLogFilter.Header _,
                    AccessLogFilter.ResponseFlags _,
                    AccessLogFilter.GrpcStatuses _,
                    AccessLogFilter.Metadata _,
                    AccessLogFilter.LogTypes _ -> {}
        }
    }

    private static void check(List<AccessLogFilter> filters, ProtoNode at, DecodeScope scope) {
        filters.forEach(filter -> check(filter, at, scope));
    }

    /** Names what an expression asks for in vain. */
    static void check(Expression expression, ProtoNode at, DecodeScope scope) {
        for (String attribute : expression.attributes()) {
            if (!AttributeNames.has(attribute)) {
                scope.leftOut(at, "attribute " + attribute, "it has no value in this proxy");
            }
        }
    }
}
