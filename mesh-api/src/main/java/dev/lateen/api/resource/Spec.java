package dev.lateen.api.resource;

/** What a user wrote under {@code spec} of one of Istio's kinds. The records that implement it carry an {@code ApiKind}. */
public interface Spec {}
