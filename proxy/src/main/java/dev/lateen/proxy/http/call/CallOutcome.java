package dev.lateen.proxy.http.call;

/** How a call ended; told once, on the call's event loop. */
public sealed interface CallOutcome<T> {
    /** There is an answer: of HTTP whatever its status, of gRPC with status OK. */
    record Answered<T>(T answer) implements CallOutcome<T> {}

    /** There is none. */
    record Failed<T>(CallFailure failure) implements CallOutcome<T> {}
}
