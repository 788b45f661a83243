package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;

/** Several observers, told in order. The array is never changed. */
@SuppressWarnings("ArrayRecordComponent") // private to the package, never compared
record Several(ExchangeObserver[] observers) implements ExchangeObserver {
    @Override
    public void onConnected(boolean http2, boolean tls) {
        for (ExchangeObserver observer : observers) {
            observer.onConnected(http2, tls);
        }
    }

    @Override
    public void onDisconnected(boolean http2, boolean tls) {
        for (ExchangeObserver observer : observers) {
            observer.onDisconnected(http2, tls);
        }
    }

    @Override
    public void onProtocolError() {
        for (ExchangeObserver observer : observers) {
            observer.onProtocolError();
        }
    }

    @Override
    public void onTooManyPrematureResets() {
        for (ExchangeObserver observer : observers) {
            observer.onTooManyPrematureResets();
        }
    }

    @Override
    public void onRequest(ExchangeFacts exchange) {
        for (ExchangeObserver observer : observers) {
            observer.onRequest(exchange);
        }
    }

    @Override
    public void onUpstreamRequest(ExchangeFacts exchange, RequestHead upstreamHead) {
        for (ExchangeObserver observer : observers) {
            observer.onUpstreamRequest(exchange, upstreamHead);
        }
    }

    @Override
    public void onUpstreamResponse(ExchangeFacts exchange, ResponseHead head) {
        for (ExchangeObserver observer : observers) {
            observer.onUpstreamResponse(exchange, head);
        }
    }

    @Override
    public void onResponse(ExchangeFacts exchange, ResponseHead head) {
        for (ExchangeObserver observer : observers) {
            observer.onResponse(exchange, head);
        }
    }

    @Override
    public void onComplete(ExchangeFacts exchange) {
        for (ExchangeObserver observer : observers) {
            observer.onComplete(exchange);
        }
    }
}
