package dev.lateen.proxy.route;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.message.SubstitutionFormat;
import org.jspecify.annotations.Nullable;

/** A header value to write: plain text, which costs nothing to format, or one with command operators. */
final class HeaderValue {
    private final String text;
    private final @Nullable SubstitutionFormat format;

    private HeaderValue(String text, @Nullable SubstitutionFormat format) {
        this.text = text;
        this.format = format;
    }

    /** A value whose operators can't be understood, which a decoder should have rejected, is written as it stands. */
    static HeaderValue compile(String value) {
        if (value.indexOf('%') < 0) {
            return new HeaderValue(value, null);
        }
        try {
            return new HeaderValue(value, SubstitutionFormat.compile(value));
        } catch (IllegalArgumentException notUnderstood) {
            return new HeaderValue(value, null);
        }
    }

    /** Operators that know nothing yield the empty text, as in Envoy's header formatter. */
    String format(ExchangeFacts exchange, RequestHead request, @Nullable ResponseHead response) {
        return format == null ? text : format.format(exchange, request, response);
    }
}
