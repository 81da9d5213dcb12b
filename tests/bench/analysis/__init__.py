"""What an analysis of a real project takes: ours, the same engines by hand, and pre-commit with nbQA."""
