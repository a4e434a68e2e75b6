"""What is the article on a copied page, and what is furniture."""
