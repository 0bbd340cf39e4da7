/// What a method does, as data: the training steps read this, and not the method's name.
package struct TransferPlan: Sendable, Equatable {
  /// What the strong side is, before it teaches.
  package enum Teacher: Sendable {
    /// There is none.
    case none
    /// An encoder with heads that learns the task in a step of its own.
    case classifier
    /// An auto-encoder that learns together with the weak path.
    case autoencoder
  }

  /// Which strong sequence teaches a weak one.
  package enum Pairing: Sendable {
    /// Its own.
    case own
    /// One of another group.
    case exchanged
    /// One of another group with nearly the same target.
    case exchangedWithinTarget
  }

  package let teacher: Teacher
  /// Whether a translator from the weak latent is trained.
  package let translates: Bool
  /// Whether the weak latent is drawn to the strong one.
  package let aligns: Bool
  package let pairing: Pairing
  /// Whether the weak modality stands in the place of the strong one too.
  package let teachesItself: Bool
  /// Whether the strong modality stands in the place of the weak one.
  package let deploysStrong: Bool

  /// A plan; with a teacher it translates and aligns unless told otherwise.
  init(
    teacher: Teacher, translates: Bool = true, aligns: Bool = true, pairing: Pairing = .own,
    teachesItself: Bool = false, deploysStrong: Bool = false
  ) {
    self.teacher = teacher
    self.translates = translates && teacher != .none
    self.aligns = aligns && teacher != .none
    self.pairing = pairing
    self.teachesItself = teachesItself
    self.deploysStrong = deploysStrong
  }
}
