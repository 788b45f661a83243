package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.message.ExchangeFacts;

/** Stands in for a security filter that can't be built here: answers 403 to everything and names the filter (fail closed). */
final class DeniedFilter implements HttpFilter {
    private final FilterVerdict denial;

    DeniedFilter(String filterName, String reason) {
        this.denial = new FilterVerdict.Reply(LocalReply.filterUnavailable(filterName, reason));
    }

    @Override
    public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
        return denial;
    }
}
